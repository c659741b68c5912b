using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Tokens, their bytes and the merges of a byte-level BPE, checked to be complete. Immutable.</summary>
internal sealed class BpeVocabulary
{
    /// <summary>GPT-2's only special token: it ends a text, and starts one where there is no prompt.</summary>
    public const string EndOfText = "<|endoftext|>";

    private readonly byte[]?[] _bytes; // [id]; null where no token has the id
    private readonly int[] _idOfByte = new int[256];

    /// <param name="files">What was read.</param>
    /// <exception cref="CheckpointException">An id used twice, a single byte missing, or a merge of unknown tokens.</exception>
    public BpeVocabulary(BpeFiles files)
    {
        var texts = IdsToTexts(files);
        _bytes = [.. texts.Select(text => text is null ? null : ByteAlphabet.GetBytes(text))];
        for (var value = 0; value < 256; value++)
        {
            var character = ByteAlphabet.Character((byte)value).ToString();
            if (!files.Tokens.TryGetValue(character, out _idOfByte[value]))
            {
                throw new CheckpointException($"{files.VocabularyFile}: the token '{character}' of byte 0x{value:X2} is missing; "
                    + "a byte-level vocabulary has a token for each of the 256 bytes");
            }
        }

        Merges = ResolveMerges(files);
        AddedTokens = WithEndOfText(files);
        AddsPrefixSpace = files.AddsPrefixSpace;
        Around = files.Around ?? TokensAround.None;
        foreach (var id in Around.Front.Concat(Around.Behind))
        {
            if (Bytes(id).IsEmpty)
                throw new CheckpointException($"{files.VocabularyFile}: the id {id}, which prompts get around them, belongs to no token; expected one of the vocabulary's");
        }
        EndOfTextId = AddedTokens.FirstOrDefault(token => token.Text == EndOfText)?.Id;
    }

    /// <summary>One more than the highest id.</summary>
    public int Size => _bytes.Length;

    public int? EndOfTextId { get; }

    /// <summary>Ids of left part, right part and result, in the order of their ranks.</summary>
    public IReadOnlyList<(int Left, int Right, int Result)> Merges { get; }

    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Whether a text that does not begin with a blank gets one in front.</summary>
    public bool AddsPrefixSpace { get; }

    public TokensAround Around { get; }

    /// <summary>Empty for ids that no token has.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => (uint)id < (uint)_bytes.Length ? _bytes[id] : default;

    public int IdOfByte(byte value) => _idOfByte[value];

    private static string?[] IdsToTexts(BpeFiles files)
    {
        var all = files.Tokens.Select(token => (token.Key, token.Value))
            .Concat(files.AddedTokens.Select(token => (Key: token.Text, Value: token.Id)))
            .ToList();
        var texts = new string?[all.Count == 0 ? 0 : all.Max(token => token.Value) + 1];
        foreach (var (text, id) in all)
        {
            if (texts[id] is { } other && other != text)
            {
                throw new CheckpointException(
                    $"{files.VocabularyFile}: id {id} belongs to both '{other}' and '{text}'; each id stands for one token");
            }
            texts[id] = text;
        }
        return texts;
    }

    private static List<(int Left, int Right, int Result)> ResolveMerges(BpeFiles files)
    {
        var merges = new List<(int, int, int)>(files.Merges.Count);
        foreach (var (left, right, place) in files.Merges)
        {
            merges.Add((Id(left, "its left part"), Id(right, "its right part"), Id(left + right, "its result")));

            int Id(string token, string role) => files.Tokens.TryGetValue(token, out var id)
                ? id
                : throw new CheckpointException($"{files.MergesFile}: {place}: '{left} {right}': {role} '{token}' is not a token of "
                    + $"{Path.GetFileName(files.VocabularyFile)}; both parts and the result of a merge have to be");
        }
        return merges;
    }

    private static List<AddedToken> WithEndOfText(BpeFiles files)
    {
        var added = files.AddedTokens.ToList();
        var listed = added.FindIndex(token => token.Text == EndOfText);
        if (listed >= 0)
            added[listed] = added[listed] with { Special = true };
        else if (files.Tokens.TryGetValue(EndOfText, out var id))
            added.Add(new AddedToken(EndOfText, id, Special: true));
        return added;
    }
}
