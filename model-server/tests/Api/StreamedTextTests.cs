using System.Text.Json;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>What streams tell in pieces is the whole text, no character of it split, in every API that streams.</summary>
[Collection(ModelServerCollection.Name)]
public class StreamedTextTests(ModelServerFixture server)
{
    public static TheoryData<string> Prompts() => new(Goldens.Generation.Select(golden => golden.Prompt()));

    [Theory]
    [MemberData(nameof(Prompts))]
    public async Task TextGenerationInference_LastEvent_HasTheWholeText(string prompt)
    {
        var request = JsonSerializer.Serialize(new { inputs = prompt, parameters = new { max_new_tokens = 40, seed = 5, temperature = 1.2 } });
        var whole = await JsonAsync("/generate", request);
        var events = await EventsAsync("/generate_stream", request);
        Assert.Equal(whole.GetProperty("generated_text").GetString(), events[^1].GetProperty("generated_text").GetString());
        Assert.All(events.SkipLast(1), item => Assert.Equal(JsonValueKind.Null, item.GetProperty("generated_text").ValueKind));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(item => item.GetProperty("index").GetInt32()));
        // An unfinished character at the end is no token's text.
        var pieces = string.Concat(events.Where(item => !item.GetProperty("token").GetProperty("special").GetBoolean()).Select(item => item.GetProperty("token").GetProperty("text").GetString()));
        Assert.Equal(whole.GetProperty("generated_text").GetString()!.TrimEnd('\uFFFD'), pieces.TrimEnd('\uFFFD'));
    }

    [Theory]
    [MemberData(nameof(Prompts))]
    public async Task OpenInference_Events_AddUpToTheWholeText(string prompt)
    {
        var request = JsonSerializer.Serialize(new { text_input = prompt, max_tokens = 40, seed = 5, temperature = 1.2 });
        var whole = await JsonAsync("/v2/models/gpt2/generate", request);
        var events = await EventsAsync("/v2/models/gpt2/generate_stream", request);
        Assert.Equal(whole.GetProperty("text_output").GetString(), string.Concat(events.Select(item => item.GetProperty("text_output").GetString())));
    }

    [Fact]
    public async Task OpenAi_SeveralChoices_EachAddsUpToItsWholeText()
    {
        var request = new { prompt = Goldens.Generation.Select(golden => golden.Prompt()).ToArray(), n = 3, seed = 7, max_tokens = 30 };
        var whole = await server.CompleteAsync(request);
        var events = await ServerEvents.ReadAsync(server, new { request.prompt, request.n, request.seed, request.max_tokens, stream = true });
        var choices = events.Select(item => item.GetProperty("choices")[0]).ToLookup(choice => choice.GetProperty("index").GetInt32());
        foreach (var expected in whole.GetProperty("choices").EnumerateArray())
        {
            var pieces = choices[expected.GetProperty("index").GetInt32()].ToList();
            Assert.Equal(expected.GetProperty("text").GetString(), string.Concat(pieces.Select(choice => choice.GetProperty("text").GetString())));
            Assert.Equal(expected.GetProperty("finish_reason").GetString(), pieces[^1].GetProperty("finish_reason").GetString());
        }
    }

    private async Task<JsonElement> JsonAsync(string path, string body) => JsonSerializer.Deserialize<JsonElement>((await server.AnswerAsync(path, body)).Body);

    private async Task<List<JsonElement>> EventsAsync(string path, string body) => (await server.AnswerAsync(path, body)).Body
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(item => JsonSerializer.Deserialize<JsonElement>(item["data: ".Length..]))
        .ToList();
}
