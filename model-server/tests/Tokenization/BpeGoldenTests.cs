using System.Text.Json;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

/// <summary>Ids that Hugging Face computed; tests/data/README.md says with what.</summary>
public class BpeGoldenTests
{
    public static TheoryData<int, string, int[]> Small => Read("huggingface", "gpt2");

    public static TheoryData<int, string, int[]> Gpt2 => Read("gpt2-vocabulary");

    [Theory]
    [MemberData(nameof(Small))]
    public void Encode_SmallVocabulary_EqualsHuggingFace(int index, string text, int[] ids) =>
        AssertBothWays(Vocabularies.Small, index, text, ids);

    [Theory]
    [MemberData(nameof(Gpt2))]
    public void Encode_Gpt2Vocabulary_EqualsHuggingFace(int index, string text, int[] ids) =>
        AssertBothWays(Vocabularies.Gpt2, index, text, ids);

    // Hugging Face matches special tokens in the text, hence allowSpecial.
    private static void AssertBothWays(BpeTokenizer tokenizer, int index, string text, int[] ids)
    {
        Assert.True(index >= 0);
        Assert.Equal(ids, tokenizer.Encode(text, allowSpecial: true));
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    private static TheoryData<int, string, int[]> Read(params string[] folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.Data([.. folder, "tokenizer_goldens.json"])));
        var cases = new TheoryData<int, string, int[]>();
        foreach (var (index, golden) in document.RootElement.EnumerateArray().Index())
        {
            cases.Add(index, golden.GetProperty("text").GetString()!,
                [.. golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
        }
        return cases;
    }
}
