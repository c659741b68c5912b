using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>What there is to call, in the words of the APIs that have such a list: every model with its versions and labels.</summary>
internal sealed class ModelListing(LiveFleet fleet, UpstreamNames names, TimeProvider time)
{
    private static readonly (string Path, string Method)[] Own =
    [
        ("/v1/models", HttpMethods.Get), ("/v2/models", HttpMethods.Get), ("/v2/health/live", HttpMethods.Get), ("/v2/health/ready", HttpMethods.Get),
        ("/v2/repository/index", HttpMethods.Post),
    ];

    private static readonly string[] Methods =
    [
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options, HttpMethods.Trace,
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        var listing = app.ServiceProvider.GetRequiredService<ModelListing>();
        app.MapGet("/v1/models", (Delegate)listing.OpenAiAsync);
        app.MapGet("/v2/models", (Delegate)listing.OpenInferenceAsync);
        app.MapGet("/v2/health/live", () => Results.Json(new { live = true }));
        app.MapGet("/v2/health/ready", listing.Ready);
        app.MapPost("/v2/repository/index", (Delegate)listing.RepositoryAsync);

        // Forwarding takes what is left, and would not find these paths. By the name HeadRequests knows where HEAD is GET's.
        foreach (var (path, method) in Own)
        {
            app.MapMethods(path, Methods.Where(other => other != method), context => NotAllowedAsync(context, method))
                .WithDisplayName(HeadRequests.NoSuchMethod);
        }
    }

    private static Task NotAllowedAsync(HttpContext context, string allowed)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = allowed;
        return Task.CompletedTask;
    }

    // OpenAI's list, with the plain names beside it that KServe's clients look for.
    private async Task<IResult> OpenAiAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        var models = await ModelsAsync(context);
        OpenAiHeaders.Set(context.Response.Headers, time.GetElapsedTime(start));
        return Results.Json(new
        {
            @object = "list",
            data = models.Select(model => new
            {
                id = model.Name,
                @object = "model",
                created = model.Versions.Max(version => ExportedAt(version.Version)),
                owned_by = "elastic-synapse",
                kind = model.Entry.Kind.Word(),
                versions = model.Versions.Select(version => new
                {
                    version = version.Version,
                    labels = version.Entry.Labels,
                    weight = version.Weight,
                    ready = version.IsReady,
                }),
            }),
            models = models.Select(model => model.Name),
        });
    }

    private async Task<IResult> OpenInferenceAsync(HttpContext context) =>
        Results.Json(new { models = (await ModelsAsync(context)).Select(model => model.Name) });

    private IResult Ready()
    {
        var ready = fleet.Current.Models.Any(model => model.Versions.Any(version => version.IsReady));
        return Results.Json(new { ready }, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    // As Triton: {"ready": true} leaves out what is not.
    private async Task<IResult> RepositoryAsync(HttpContext context)
    {
        var onlyReady = WantsReady(await RequestBody.ReadAsync(context.Request, context.RequestAborted));
        return Results.Json((await ModelsAsync(context)).SelectMany(model => model.Versions.Where(version => !onlyReady || version.IsReady).Select(version => new
        {
            name = model.Name,
            version = version.Version,
            state = version.IsReady ? "READY" : "UNAVAILABLE",
            reason = version.IsReady ? "" : version.Reason,
        })));
    }

    private static bool WantsReady(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return false;
        }
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("ready", out var ready)
                && (ready.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? ready.ValueKind == JsonValueKind.True
                    : throw ApiException.Invalid("ready", $"ready must be true or false; got {Excerpt.Of(ready.GetRawText())}"));
        }
        catch (JsonException exception)
        {
            throw new ApiException(ErrorKind.InvalidRequest, $"the body is not valid JSON: {exception.Message}");
        }
    }

    // A caller sees what its key lets it use.
    private async Task<IReadOnlyList<ModelPool>> ModelsAsync(HttpContext context)
    {
        var caller = context.Features.Get<Caller>();
        fleet.Current.ThrowIfUnknown();
        if (fleet.Current.HasUnnamed)
        {
            await names.LearnAsync(context.RequestAborted);
        }
        return [.. fleet.Current.Models.Where(model => model.Entry.IsNamed && caller?.MayUse(model.Name) != false)];
    }

    private static long ExportedAt(string version) =>
        long.TryParse(version.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
}
