using System.Text.Json;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Classifier.Tests.Tokenization;

/// <summary>Ids that Hugging Face computed; tests/data/README.md says with what.</summary>
public class WordPieceGoldenTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Load(RepositoryFiles.Data("huggingface", "bert"));

    public static TheoryData<int, string, int[], int[]> Goldens
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Data("huggingface", "bert", "tokenizer_goldens.json")));
            var cases = new TheoryData<int, string, int[], int[]>();
            foreach (var (index, golden) in document.RootElement.EnumerateArray().Index())
                cases.Add(index, golden.GetProperty("text").GetString()!, Ids(golden, "ids"), Ids(golden, "ids_max16"));
            return cases;
        }
    }

    // Hugging Face matches special tokens in the text, hence allowSpecial.
    [Theory]
    [MemberData(nameof(Goldens))]
    public void Encode_Text_EqualsHuggingFace(int index, string text, int[] ids, int[] idsMax16)
    {
        Assert.True(index >= 0);
        Assert.Equal(ids, Tokenizer.Encode(text, 100_000, allowSpecial: true));
        Assert.Equal(idsMax16, Tokenizer.Encode(text, 16, allowSpecial: true));
        Assert.Equal(ids.Length, Tokenizer.Count(text, allowSpecial: true));
        Assert.Equal(idsMax16, Tokenizer.EncodeWithOffsets(text, 16, allowSpecial: true).Select(token => token.Id));
    }

    [Fact]
    public void Load_Folder_ReadsItsConfiguration()
    {
        Assert.Equal(128, Tokenizer.ModelMaxLength);
        Assert.True(Tokenizer.Rules is { LowerCase: true, StripAccents: true, IsolateCjk: true, MaxWordCharacters: 100 });
        Assert.Equal((626, 0, 1, 2, 3), (Tokenizer.VocabularySize, Tokenizer.PaddingId, Tokenizer.UnknownId, Tokenizer.ClassificationId, Tokenizer.SeparatorId));
    }

    private static int[] Ids(JsonElement golden, string name) => [.. golden.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
