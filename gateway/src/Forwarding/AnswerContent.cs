using System.Net.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>What kind of body an answer has, and another one in its place.</summary>
internal static class AnswerContent
{
    /// <summary>Whether the body has this media type, whatever parameters come behind it.</summary>
    public static bool Is(this HttpContentHeaders headers, string mediaType)
    {
        // As text: parsed, the header costs an object for each answer.
        if (!headers.NonValidated.TryGetValues(HeaderNames.ContentType, out var values))
        {
            return false;
        }
        var type = values.ToString().AsSpan();
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim().Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The same answer with another body; its headers stay.</summary>
    public static void Replace(this HttpResponseMessage answer, Stream body)
    {
        var headers = answer.Content.Headers;
        answer.Content = new StreamContent(body);
        Copy(headers, answer.Content.Headers);
    }

    private static void Copy(HttpContentHeaders from, HttpContentHeaders to)
    {
        foreach (var (name, values) in from.NonValidated)
        {
            to.TryAddWithoutValidation(name, values);
        }
    }
}
