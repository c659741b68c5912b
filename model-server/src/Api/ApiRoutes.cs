using ElasticSynapse.ModelServer.Api.BlurbBlocks;
using ElasticSynapse.ModelServer.Api.CloudRun;
using ElasticSynapse.ModelServer.Api.OpenInference;
using ElasticSynapse.ModelServer.Api.TextGeneration;
using ElasticSynapse.ModelServer.Api.Tgi;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.Serving.Hosting.OpenApi;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Every API over the one engine.</summary>
internal static class ApiRoutes
{
    public static void AddApis(this IServiceCollection services)
    {
        services.AddSingleton<TextGenerator>(); // what an API asks for -> sequences under way
        services.AddSingleton<CompletionsEndpoint>();
        services.AddSingleton<TgiEndpoint>();
        services.AddSingleton<GeneratorInference>();
        services.AddSingleton<OpenInferenceEndpoint>();
        services.AddSingleton<CloudRunEndpoint>();
        services.AddSingleton<TextGenerationEndpoint>();
        services.AddSingleton<BlurbEndpoint>();
    }

    public static void MapApis(this WebApplication app)
    {
        CompletionsEndpoint.Map(app);    // OpenAI
        ModelsEndpoint.Map(app);
        TokenizeEndpoint.Map(app);       // vLLM and TGI
        TgiEndpoint.Map(app);            // Text Generation Inference
        OpenInferenceEndpoint.Map(app);  // Open Inference Protocol v2
        CloudRunEndpoint.Map(app);       // gpt-2-cloud-run
        RootEndpoint.Map(app);           // POST /, which two of them claim
        TextGenerationEndpoint.Map(app); // the Flask-RESTX microservice
        BlurbEndpoint.Map(app);          // Blurb Blocks
        app.MapOpenApiPage(typeof(ApiRoutes).Assembly);
    }
}
