using System.Net.Http.Headers;

namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>Puts something else between an answer's body and whoever reads it.</summary>
internal static class AnswerContent
{
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
