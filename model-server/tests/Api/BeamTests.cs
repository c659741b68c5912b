using System.Text.Json;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Api;

[Collection(ModelServerCollection.Name)]
public class BeamTests(ModelServerFixture server)
{
    private static readonly BpeTokenizer Tokenizer = BpeTokenizer.Load(RepositoryFiles.Data("huggingface", "gpt2"));
    private static readonly string[] BeamGoldens = ["beam5_ngram4_early", "beam4_lenpen", "beam3_never"];

    public static TheoryData<int, string> Searches()
    {
        var cases = new TheoryData<int, string>();
        for (var prompt = 0; prompt < Goldens.Generation.Length; prompt++)
        {
            foreach (var name in BeamGoldens)
            {
                cases.Add(prompt, name);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task Completions_Beams_FindTheTextsOfHuggingFace(int prompt, string name)
    {
        var golden = Goldens.Generation[prompt];
        var expected = golden.GetProperty("generate").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

        var answer = await server.CompleteAsync(Request(golden, expected.GetProperty("args")));

        var texts = answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString());
        // Behind the end-of-text token, 0 in this vocabulary, stands padding; neither is shown.
        var rows = expected.GetProperty("new_token_ids").EnumerateArray().Select(row => row.Ints()).ToArray();
        Assert.Equal(rows.Select(row => Tokenizer.Decode([.. row.TakeWhile(token => token != 0)])), texts);
        Assert.Equal(
            rows.Select(row => row.Contains(0) ? "stop" : "length"),
            answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(
            rows.Sum(row => row.TakeWhile(token => token != 0).Count() + (row.Contains(0) ? 1 : 0)),
            answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_BeamsAmongOtherRequests_FindTheSameTexts()
    {
        var searches = Goldens.Generation.SelectMany(golden => golden.GetProperty("generate").EnumerateArray()
                .Where(item => BeamGoldens.Contains(item.GetProperty("name").GetString()))
                .Select(item => Request(golden, item.GetProperty("args"))))
            .ToArray();
        var alone = new List<string>();
        foreach (var search in searches)
        {
            alone.Add((await server.CompleteAsync(search)).GetProperty("choices").ToString());
        }

        var others = Enumerable.Range(0, 30).Select(i => server.CompleteAsync(new { prompt = "The", seed = i, max_tokens = 10 + i })).ToArray();
        var together = await Task.WhenAll(searches.Select(server.CompleteAsync));

        Assert.Equal(alone, together.Select(answer => answer.GetProperty("choices").ToString()));
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task Completions_UseBeamSearch_IsBestOfForItsWidth()
    {
        var beams = await server.CompleteAsync(new { prompt = "The river remembers", num_beams = 4, n = 2, max_tokens = 12 });
        var legacy = await server.CompleteAsync(new { prompt = "The river remembers", use_beam_search = true, best_of = 4, n = 2, temperature = 0, max_tokens = 12 });
        Assert.Equal(beams.GetProperty("choices").ToString(), legacy.GetProperty("choices").ToString());
        Assert.Equal(2, legacy.GetProperty("choices").GetArrayLength());
    }

    [Fact]
    public async Task Completions_BeamsWithEchoStreamed_TellTheTextAtItsEnd()
    {
        var whole = await server.CompleteAsync(new { prompt = "The river remembers", num_beams = 3, n = 2, max_tokens = 12, echo = true });
        var events = await ServerEvents.ReadAsync(server, new { prompt = "The river remembers", num_beams = 3, n = 2, max_tokens = 12, echo = true, stream = true });

        foreach (var choice in whole.GetProperty("choices").EnumerateArray())
        {
            var index = choice.GetProperty("index").GetInt32();
            var text = string.Concat(events.SelectMany(item => item.GetProperty("choices").EnumerateArray())
                .Where(item => item.GetProperty("index").GetInt32() == index).Select(item => item.GetProperty("text").GetString()));
            Assert.StartsWith("The river remembers", text, StringComparison.Ordinal);
            Assert.Equal(choice.GetProperty("text").GetString(), text);
        }
    }

    [Fact]
    public async Task Completions_BeamsWithAStop_EndBeforeIt()
    {
        var free = await server.CompleteAsync(new { prompt = "The river remembers", num_beams = 3, max_tokens = 16 });
        var text = free.GetProperty("choices")[0].GetProperty("text").GetString()!;
        // Across the border of two tokens.
        var stop = text.Substring(2, 2);

        var answer = await server.CompleteAsync(new { prompt = "The river remembers", num_beams = 3, n = 3, max_tokens = 16, early_stopping = true, stop });

        Assert.All(answer.GetProperty("choices").EnumerateArray(), choice =>
            Assert.DoesNotContain(stop, choice.GetProperty("text").GetString(), StringComparison.Ordinal));
        Assert.Contains("stop", answer.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("finish_reason").GetString()));
    }

    // Token 0 is the end of text, which is not shown.
    [Theory]
    [InlineData("{}", "", "stop", 1)]
    [InlineData("""{"include_stop_str_in_output":true}""", "<|endoftext|>", "stop", 1)]
    [InlineData("""{"min_tokens":3}""", "", "stop", 4)]
    [InlineData("""{"stop":"endoftext"}""", "", "length", 6)] // a part of it is no text
    [InlineData("""{"stop":"endoftext","skip_special_tokens":false}""", "<|", "stop", 1)]
    public Task Completions_BeamsWithTheEndOfTextAsAStop_EndAtItsToken(string fields, string text, string finish, int tokens) => EndOfTextStop.AssertEndsAsync(
        server, new() { ["prompt"] = "The river remembers", ["num_beams"] = 3, ["max_tokens"] = 6, ["stop"] = "<|endoftext|>" }, fields, text, finish, tokens);

    private static Dictionary<string, object> Request(JsonElement golden, JsonElement args)
    {
        var request = new Dictionary<string, object> { ["prompt"] = golden.Prompt() };
        foreach (var arg in args.EnumerateObject().Where(arg => arg.Name != "do_sample"))
        {
            switch (arg.Name)
            {
                case "max_new_tokens":
                    request["max_tokens"] = arg.Value.GetInt32();
                    break;
                case "max_length":
                    request["max_tokens"] = arg.Value.GetInt32() - golden.GetProperty("ids").GetArrayLength();
                    break;
                default:
                    request[arg.Name] = arg.Value;
                    break;
            }
        }
        return request;
    }
}
