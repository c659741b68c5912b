using System.Text;
using System.Text.Json;

namespace ElasticSynapse.Serving.Models;

/// <summary>Reads the text and JSON files that a tokenizer is made of; what is wrong with one becomes a <see cref="CheckpointException"/>.</summary>
public static class TokenizerFile
{
    private const int LongestQuote = 40;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's text, without a byte order mark.</summary>
    /// <exception cref="CheckpointException">Not readable, or not UTF-8.</exception>
    public static string ReadText(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path).AsSpan();
            return StrictUtf8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"{path}: not UTF-8 at byte {exception.Index}; expected UTF-8 text", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: cannot be read ({exception.Message}); expected a readable file", exception);
        }
    }

    /// <summary>The JSON object in a file. The caller owns the document.</summary>
    /// <exception cref="CheckpointException">Not readable, or not a JSON object.</exception>
    public static JsonDocument ReadJson(string path)
    {
        try
        {
            var document = JsonDocument.Parse(ReadText(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new CheckpointException($"{path}: not a JSON object; expected one");
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"{path}: not JSON (line {exception.LineNumber + 1}); expected a JSON object", exception);
        }
    }

    /// <summary>The value as a message shows it: one line, not long.</summary>
    public static string Shorten(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
    }
}
