using System.Net;
using System.Text.Json;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>Reads an answer that must be the gateway's own error, in the OpenAI envelope.</summary>
internal static class ErrorEnvelope
{
    public static async Task<string> MessageAsync(HttpResponseMessage answer, HttpStatusCode status, string type, string? code)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Single(answer.Headers.GetValues("x-request-id"));
        using var document = JsonDocument.Parse(body);
        var error = document.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        return error.GetProperty("message").GetString()!;
    }
}
