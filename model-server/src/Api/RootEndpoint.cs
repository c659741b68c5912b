using ElasticSynapse.ModelServer.Api.CloudRun;
using ElasticSynapse.ModelServer.Api.Tgi;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>POST /, which two APIs claim: a body with <c>inputs</c> is Text Generation Inference's, any other gpt-2-cloud-run's.</summary>
internal static class RootEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/", async (HttpContext context, CloudRunEndpoint cloudRun, TgiEndpoint tgi) =>
    {
        AnyOrigin.Allow(context);
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        return json.Element("inputs") is null
            ? await cloudRun.AnswerAsync(context, LooseFields.Of(json))
            : await tgi.AnswerRootAsync(context, json);
    });
}
