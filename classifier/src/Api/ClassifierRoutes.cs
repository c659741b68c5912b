using ElasticSynapse.Classifier.Telemetry;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Every route of the classifier.</summary>
internal static class ClassifierRoutes
{
    public static void AddClassifierRoutes(this IServiceCollection services)
    {
        services.AddSingleton<ClassifyEndpoint>();
        services.AddSingleton<ModerationsEndpoint>();
        services.AddSingleton<TokenizeEndpoint>();
    }

    // Handlers take the context itself: bodies are read whatever their content type says.
    public static void MapClassify(this WebApplication app) =>
        app.MapPost("/classify", app.Counted(app.Services.GetRequiredService<ClassifyEndpoint>().HandleAsync));

    public static void MapModerations(this WebApplication app) =>
        app.MapPost("/v1/moderations", app.Counted(app.Services.GetRequiredService<ModerationsEndpoint>().HandleAsync));

    public static void MapTokenize(this WebApplication app) =>
        app.MapPost("/tokenize", app.Services.GetRequiredService<TokenizeEndpoint>().HandleAsync);

    private static RequestDelegate Counted(this WebApplication app, RequestDelegate handler) =>
        app.Services.GetRequiredService<CountedRequests>().Of(handler);
}
