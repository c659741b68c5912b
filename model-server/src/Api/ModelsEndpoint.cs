using ElasticSynapse.ModelServer.Loading;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>GET /v1/models and /v1/models/{id} of the OpenAI API: the one model of this server.</summary>
internal static class ModelsEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", (ServedGenerator generator) => new { @object = "list", data = new[] { Describe(generator) } });
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
    };
}
