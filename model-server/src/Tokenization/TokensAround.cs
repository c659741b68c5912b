using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>Ids that a checkpoint puts in front of a prompt and behind it, such as a begin-of-text token; mostly none.</summary>
internal sealed record TokensAround(int[] Front, int[] Behind)
{
    public static readonly TokensAround None = new([], []);

    /// <summary>The <c>post_processor</c> of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="CheckpointException">Neither a template around one text, nor one that adds nothing, nor a sequence of these.</exception>
    public static TokensAround Read(string path, JsonElement postProcessor)
    {
        try
        {
            if (Of(postProcessor) is { } around)
                return around;
        }
        // A member is missing, or of another kind.
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
        }
        throw new CheckpointException($"{path}: post_processor is {TokenizerFile.Shorten(postProcessor)}; expected ByteLevel, "
            + "or a TemplateProcessing of tokens around the text, whose ids are in special_tokens");
    }

    private static TokensAround? Of(JsonElement postProcessor) => postProcessor.GetProperty("type").GetString() switch
    {
        "ByteLevel" => None,
        "TemplateProcessing" => Template(postProcessor),
        "Sequence" => postProcessor.GetProperty("processors").EnumerateArray().Select(Of)
            .Aggregate((TokensAround?)None, (inner, outer) => inner is null || outer is null
                ? null
                : new TokensAround([.. outer.Front, .. inner.Front], [.. inner.Behind, .. outer.Behind])),
        _ => null,
    };

    private static TokensAround? Template(JsonElement template)
    {
        List<int> front = [], behind = [];
        var texts = 0;
        foreach (var part in template.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("Sequence", out _))
                texts++;
            else
                (texts == 0 ? front : behind).AddRange(Ids(template, part.GetProperty("SpecialToken").GetProperty("id").GetString()!));
        }
        return texts == 1 ? new TokensAround([.. front], [.. behind]) : null;
    }

    private static IEnumerable<int> Ids(JsonElement template, string token) =>
        template.GetProperty("special_tokens").GetProperty(token).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
}
