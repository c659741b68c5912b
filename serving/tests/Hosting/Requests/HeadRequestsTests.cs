using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public sealed class HeadRequestsTests
{
    [Fact]
    public async Task Head_OfWhatGetAnswers_HasItsHeadersWithoutTheBody()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/info", () => Results.Text("three", "text/x-words")));

        using var answer = await HeadAsync(service, "/info");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((5, "text/x-words"), (answer.Content.Headers.ContentLength, answer.Content.Headers.ContentType?.ToString()));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_WhereAnEndpointHasItsOwnAnswer_GetsThat()
    {
        await using var service = await RunningService.StartAsync(app =>
        {
            app.MapGet("/info", () => Results.Text("costly"));
            app.MapMethods("/info", [HttpMethods.Head], (HttpContext context) => context.Response.Headers["x-answer"] = "cheap");
        });

        using var answer = await HeadAsync(service, "/info");

        Assert.Equal(["cheap"], answer.Headers.GetValues("x-answer"));
    }

    [Fact]
    public async Task Head_WherePostAloneIsAllowed_Is405WithAllow()
    {
        await using var service = await RunningService.StartAsync(app => app.MapPost("/info", () => "three"));

        using var answer = await HeadAsync(service, "/info");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task<HttpResponseMessage> HeadAsync(RunningService service, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        return await service.Client.SendAsync(request);
    }
}
