using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>A completion whose logits always make the end of text, token 0, which is not shown.</summary>
internal static class EndOfTextStop
{
    /// <summary>Asks for it whole and as a stream, and compares how both end.</summary>
    /// <param name="fields">JSON of what else is asked for.</param>
    /// <returns>The choice of the whole answer.</returns>
    public static async Task<JsonElement> AssertEndsAsync(
        ModelServerFixture server, Dictionary<string, object> request, string fields, string text, string finish, int tokens)
    {
        request["ignore_eos"] = true;
        request["logit_bias"] = new Dictionary<string, int> { ["0"] = 100 };
        foreach (var field in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!)
        {
            request[field.Key] = field.Value;
        }
        var answer = await server.CompleteAsync(request);
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal((text, finish, tokens), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString(), answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));

        request["stream"] = true;
        var events = await ServerEvents.ReadAsync(server, request);
        Assert.Equal(text, string.Concat(events.Select(item => item.GetProperty("choices")[0].GetProperty("text").GetString())));
        Assert.Equal(finish, events[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        return choice;
    }
}
