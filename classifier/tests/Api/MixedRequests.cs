using System.Text.Json;

namespace ElasticSynapse.Classifier.Tests.Api;

/// <summary>Requests with one text, and some with several, of every length: each must get the answers that its texts get alone.</summary>
internal sealed class MixedRequests
{
    /// <summary>Settings of a server that lets all of them in at once.</summary>
    public static readonly Dictionary<string, string> Room = new()
    {
        ["Classification:MaxQueuedTexts"] = "100000",
        ["Classification:MaxQueuedTokens"] = "100000000",
    };

    private readonly ClassifierServer _server;
    private readonly string[] _texts;
    private readonly JsonElement[] _alone;

    private MixedRequests(ClassifierServer server, string[] texts, JsonElement[] alone) => (_server, _texts, _alone) = (server, texts, alone);

    public static async Task<MixedRequests> OfAsync(ClassifierServer server, int maxTokens)
    {
        string[] texts = [.. Golden.Of(maxTokens).Select(golden => golden.Text)];
        var alone = new JsonElement[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            alone[i] = await server.AnswerAsync("/classify", new { text = texts[i] });
        }
        return new(server, texts, alone);
    }

    /// <param name="request">Its number decides its texts.</param>
    /// <param name="assert">Holds a text's result against the one that it got alone.</param>
    public async Task AskAsync(int request, Action<JsonElement, JsonElement> assert)
    {
        var first = request % _texts.Length;
        if (request % 10 != 0)
        {
            assert(_alone[first], await _server.AnswerAsync("/classify", new { text = _texts[first] }));
            return;
        }
        int[] several = [.. Enumerable.Range(first, 1 + (request % 3)).Select(i => i % _texts.Length)];
        var answer = await _server.AnswerAsync("/classify", new { texts = several.Select(i => _texts[i]) });
        JsonElement[] results = [.. answer.GetProperty("results").EnumerateArray()];
        Assert.Equal(several.Length, results.Length);
        for (var i = 0; i < several.Length; i++)
        {
            assert(_alone[several[i]], results[i]);
        }
    }
}
