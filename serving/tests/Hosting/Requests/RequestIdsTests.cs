using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class RequestIdsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("req_0123-ABC.xyz")]
    public async Task Request_SoundId_IsKept(string id) => Assert.Equal((id, id), await AskAsync(id));

    [Fact]
    public async Task Request_LongestId_IsKept()
    {
        var id = new string('x', 128);

        Assert.Equal((id, id), await AskAsync(id));
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("line\tbreak")]
    [InlineData("{json}")]
    [InlineData("a,b")]
    [InlineData("one", "two")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task Request_NoOrUnsoundId_GetsANewOne(params string[] ids)
    {
        var (seen, returned) = await AskAsync(ids);

        Assert.Matches("^req_[0-9a-f]{32}$", returned);
        Assert.Equal(returned, seen);
    }

    [Fact]
    public async Task Request_WithoutId_GetsAnotherEachTime() => Assert.NotEqual(await AskAsync(), await AskAsync());

    // What the handler saw, and what the answer carries.
    private static async Task<(string Seen, string Returned)> AskAsync(params string[] ids)
    {
        await using var service = await RunningService.StartAsync(app =>
            app.MapGet("/", (HttpContext context) => $"{context.TraceIdentifier} {context.Request.Headers["x-request-id"]}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        foreach (var id in ids)
        {
            request.Headers.TryAddWithoutValidation("X-Request-Id", id);
        }

        using var answer = await service.Client.SendAsync(request);

        var seen = (await answer.Content.ReadAsStringAsync()).Split(' ');
        Assert.Equal(seen[0], seen[1]);
        return (seen[0], Assert.Single(answer.Headers.GetValues("x-request-id")));
    }
}
