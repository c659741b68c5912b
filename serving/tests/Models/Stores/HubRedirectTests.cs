using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The hub sends elsewhere and to itself; its token goes nowhere else.</summary>
public sealed class HubRedirectTests : HubTests
{
    [Fact]
    public async Task Run_RedirectElsewhere_TokenGoesToTheHubAlone()
    {
        await using var cdn = await StoreServer.StartAsync();
        cdn.With("/blob", WeightBytes);
        _server.Routes[Weights] = context =>
        {
            context.Response.Redirect($"{cdn.Address}blob");
            return Task.CompletedTask;
        };
        _folder.Settings = _folder.Settings with { HubToken = "hf_secret" };
        var folder = await _folder.FetchAsync(Address);
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")));
        Assert.All(_server.Requests, r => Assert.Equal("Bearer hf_secret", r.Authorization));
        Assert.All(cdn.Requests, r => Assert.Equal("", r.Authorization));
        Assert.NotEmpty(cdn.Requests);
    }

    // As the hub answers for files of a private model, and for a renamed repository.
    [Fact]
    public async Task Run_HubThatRedirectsToItself_TokenGoesAlong()
    {
        _folder.Settings = _folder.Settings with { HubToken = "hf_secret" };
        Private("/api/resolve-cache/model.safetensors", context => context.Response.Body.WriteAsync(WeightBytes).AsTask());
        Private("/api/models/team/renamed/revision/main", context => context.Response.WriteAsync($$"""{"sha":"{{HubServer.Commit}}"}"""));
        Redirect(Weights, "/api/resolve-cache/model.safetensors");
        Redirect("/api/models/team/model/revision/main", "/api/models/team/renamed/revision/main");
        _server.HasRanges = false;
        var folder = await _folder.FetchAsync(Address);
        Assert.Equal(WeightBytes, await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")));

        void Redirect(string from, string to) => _server.Routes[from] = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = to;
            return Task.CompletedTask;
        };

        void Private(string path, Func<HttpContext, Task> answer) => _server.Routes[path] = context =>
        {
            if (context.Request.Headers.Authorization == "Bearer hf_secret")
                return answer(context);
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
    }

    [Fact]
    public async Task Run_RedirectsWithoutEnd_OneLine()
    {
        _server.Routes[Weights] = context =>
        {
            context.Response.Redirect(Weights);
            return Task.CompletedTask;
        };
        Assert.Contains("302 Found from 127.0.0.1; accepted: at most 10 redirects", await _folder.RefusedAsync(Address), StringComparison.Ordinal);
    }
}
