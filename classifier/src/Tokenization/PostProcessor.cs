using System.Text.Json;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The <c>post_processor</c> of a <c>tokenizer.json</c>: what stands in front of a text and behind it.</summary>
internal static class PostProcessor
{
    /// <returns>null where the file has none.</returns>
    /// <exception cref="CheckpointException">Not one token in front and one behind.</exception>
    public static (string Classification, string Separator)? Read(string path, JsonElement root)
    {
        if (!root.TryGetProperty("post_processor", out var stage) || stage.ValueKind == JsonValueKind.Null)
            return null;
        try
        {
            switch (stage.GetProperty("type").GetString())
            {
                case "BertProcessing":
                    return (stage.GetProperty("cls")[0].GetString()!, stage.GetProperty("sep")[0].GetString()!);
                case "TemplateProcessing" when stage.GetProperty("single").EnumerateArray().ToArray() is [var front, var text, var behind] && text.TryGetProperty("Sequence", out _):
                    return (Token(front), Token(behind));
            }
        }
        // A member is missing, or of another kind.
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
        }
        throw new CheckpointException($"{path}: post_processor is {TokenizerFile.Shorten(stage)}; expected BertProcessing, "
            + "or a TemplateProcessing of one token in front of the text and one behind");

        static string Token(JsonElement part) => part.GetProperty("SpecialToken").GetProperty("id").GetString()!;
    }
}
