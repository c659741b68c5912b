using ElasticSynapse.ModelServer.Loading;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>GET /v1/models and /v1/models/{id} of the OpenAI API: the one model of this server. KServe and TensorFlow Serving have the
/// same paths, so the answers have their members too.</summary>
internal static class ModelsEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", (ServedGenerator generator) => new
        {
            @object = "list",
            data = new[] { Describe(generator) },
            models = new[] { generator.Identity.Name },
        });
        app.MapGet("/v1/models/{id}", (string id, ServedGenerator generator) =>
        {
            generator.Identity.Check(id);
            return Describe(generator);
        });
    }

    private static object Describe(ServedGenerator generator) => new
    {
        id = generator.Identity.Name,
        @object = "model",
        created = generator.LoadedAt.ToUnixTimeSeconds(),
        owned_by = "elastic-synapse",
        version = generator.Identity.Version,
        max_model_len = generator.MaxTokens,
        name = generator.Identity.Name,
        ready = true,
        model_version_status = new[]
        {
            new { version = generator.Identity.Version, state = "AVAILABLE", status = new { error_code = "OK", error_message = "" } },
        },
    };
}
