using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c>, as far as GPT-2's pipeline goes: a BPE model behind a ByteLevel pre-tokenizer. What
/// would change the ids in another way is refused by name.
/// </summary>
internal static class TokenizerJson
{
    /// <param name="path">The file.</param>
    /// <param name="config">Says, and not the file, whether a blank is put in front, unless the file's pipeline is what counts.</param>
    /// <exception cref="CheckpointException">Not GPT-2's pipeline, or broken.</exception>
    public static BpeFiles Read(string path, TokenizerConfig config)
    {
        using var document = TokenizerFile.ReadJson(path);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw Unsupported(path, "the file", root, "an object");
        var model = Member(root, "model") ?? throw new CheckpointException($"{path}: 'model' is missing; expected model.type BPE");

        // Files of before tokenizers 0.9, gpt2's own on Hugging Face's hub among them, leave it out.
        Require(path, "model.type", Member(model, "type"), "BPE", text => text is null or "BPE");
        Require(path, "model.continuing_subword_prefix", Member(model, "continuing_subword_prefix"), "none",
            text => text is null or "");
        Require(path, "model.end_of_word_suffix", Member(model, "end_of_word_suffix"), "none",
            text => text is null or "");
        RequireFlag(path, "model.ignore_merges", Member(model, "ignore_merges"), accepted: false, byDefault: false);
        if (Member(model, "dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw Unsupported(path, "model.dropout", dropout, "none");
        if (Member(root, "normalizer") is { } normalizer)
            throw Unsupported(path, "normalizer", normalizer, "none");

        var preTokenizer = Member(root, "pre_tokenizer");
        Require(path, "pre_tokenizer.type", preTokenizer is { } stage ? Member(stage, "type") : null, "ByteLevel",
            text => text == "ByteLevel");
        RequireFlag(path, "pre_tokenizer.use_regex", Member(preTokenizer!.Value, "use_regex"), accepted: true, byDefault: true);
        var around = Member(root, "post_processor") is { } postProcessor ? TokensAround.Read(path, postProcessor) : TokensAround.None;

        var vocabulary = Member(model, "vocab")
            ?? throw new CheckpointException($"{path}: 'model.vocab' is missing; expected an object of token to id");
        var tokens = BpeVocabularyReader.ReadTokens(vocabulary, path);
        var addsPrefixSpace = config.AddPrefixSpace ?? (config.IsGeneric && Member(preTokenizer.Value, "add_prefix_space") is not { ValueKind: JsonValueKind.False });
        return new BpeFiles(path, path, tokens, ReadMerges(path, model), AddedTokenJson.ReadList(path, root), around, addsPrefixSpace);
    }

    // "a b", or ["a", "b"] since tokenizers 0.20.
    private static List<(string Left, string Right, string Place)> ReadMerges(string path, JsonElement model)
    {
        if (Member(model, "merges") is not { ValueKind: JsonValueKind.Array } list)
            throw new CheckpointException($"{path}: 'model.merges' is missing; expected a list of pairs");
        var merges = new List<(string, string, string)>(list.GetArrayLength());
        foreach (var merge in list.EnumerateArray())
        {
            var parts = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' ', 2),
                JsonValueKind.Array when merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
                    [.. merge.EnumerateArray().Select(part => part.GetString()!)],
                _ => [],
            };
            if (parts is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw Unsupported(path, $"merge {merges.Count}", merge, "\"a b\" or [\"a\", \"b\"]");
            merges.Add((left, right, $"merge {merges.Count}"));
        }
        return merges;
    }

    // null also stands for JSON's null.
    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static bool Flag(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.True };

    private static void Require(string path, string name, JsonElement? value, string expected, Func<string?, bool> accepts)
    {
        var text = value is { ValueKind: JsonValueKind.String } element ? element.GetString() : null;
        if ((value is not null && text is null) || !accepts(text))
            throw Unsupported(path, name, value, expected);
    }

    private static void RequireFlag(string path, string name, JsonElement? value, bool accepted, bool byDefault)
    {
        var found = value is null ? byDefault : value.Value.ValueKind == JsonValueKind.True;
        if (found != accepted)
            throw Unsupported(path, name, value, accepted ? "true" : "false");
    }

    private static CheckpointException Unsupported(string path, string name, JsonElement? value, string expected) =>
        new($"{path}: {name} is {(value is { } found ? TokenizerFile.Shorten(found) : "missing")}; expected {expected}");
}
