using ElasticSynapse.Classifier.Api.FirstClient;
using ElasticSynapse.Classifier.Api.Grpc;
using ElasticSynapse.Classifier.Api.OpenInference;
using ElasticSynapse.Classifier.Api.TensorFlow;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Api.TextEmbeddings;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.OpenInference;

namespace ElasticSynapse.Classifier.Api;

/// <summary>Every route of the classifier.</summary>
internal static class ClassifierRoutes
{
    public static void AddClassifierRoutes(this IServiceCollection services, ServedClassifier served, ClassifierModelOptions model, ClassificationOptions options, GrpcOptions grpc)
    {
        services.AddSingleton<ClassifyEndpoint>();
        services.AddSingleton<ModerationsEndpoint>();
        services.AddSingleton<TokenizeEndpoint>();
        services.AddSingleton<FirstClientEndpoint>();
        services.AddSingleton<PredictEndpoint>();
        services.AddSingleton<PipelineEndpoint>();
        services.AddSingleton<InfoEndpoint>();
        services.AddSingleton<OtherTasks>();
        services.AddSingleton<RootEndpoint>();

        services.AddSingleton(new PaddedIds(served.MaxTokens, served.Model.Config.VocabularySize, served.Model.Config.TokenTypes));
        services.AddSingleton<InputClassifier>();
        services.AddSingleton(new ServableVersion(served.Identity, model.Label));
        services.AddSingleton<ExampleReader>();
        services.AddSingleton<InstanceReader>();
        services.AddSingleton(provider => new PredictBody(
            provider.GetRequiredService<InstanceReader>(), provider.GetRequiredService<ExampleReader>(), provider.GetRequiredService<PaddedIds>(), options.MaxTextsPerRequest));
        services.AddSingleton<ModelStatus>();
        services.AddSingleton<TensorFlowEndpoint>();
        services.AddSingleton<ClassifierInference>();
        services.AddSingleton<UnaryCall>();
        services.AddSingleton(grpc);
        services.AddSingleton<GrpcMethods>();
        services.AddHostedService<GrpcServer>();
        services.AddSingleton<PredictionService>();
    }

    // Handlers take the context itself: bodies are read whatever their content type says.
    public static void MapClassify(this WebApplication app) => app.MapPost("/classify", app.Counted(app.Service<ClassifyEndpoint>().HandleAsync));

    public static void MapModerations(this WebApplication app) => app.MapPost("/v1/moderations", app.Counted(app.Service<ModerationsEndpoint>().HandleAsync));

    public static void MapTokenize(this WebApplication app) => app.MapPost("/tokenize", app.Service<TokenizeEndpoint>().HandleAsync);

    /// <summary>The first Elastic Synapse client's; Text Embeddings Inference shares POST /.</summary>
    public static void MapFirstClient(this WebApplication app)
    {
        app.UseErrorFormat(FirstClientErrors.Format, "/");
        app.MapGet("/", FirstClientEndpoint.GreetAsync);
        app.MapPost("/", app.Counted(app.Service<RootEndpoint>().HandleAsync));
    }

    /// <summary>Hugging Face Text Embeddings Inference, and the Inference API's form of its classification.</summary>
    public static void MapTextEmbeddings(this WebApplication app)
    {
        app.UseErrorFormat(TeiErrors.Format, "/predict", "/invocations", "/pipeline/text-classification", "/info", "/health", "/ping", "/embed", "/embed_all", "/embed_sparse", "/rerank", "/similarity");
        app.MapPost("/predict", app.Counted(app.Service<PredictEndpoint>().HandleAsync));
        app.MapPost("/invocations", app.Counted(app.Service<PredictEndpoint>().HandleAsync));
        app.MapPost("/pipeline/text-classification", app.Counted(app.Service<PipelineEndpoint>().HandleAsync));
        app.MapGet("/info", app.Service<InfoEndpoint>().InfoAsync);
        app.MapGet("/health", app.Service<InfoEndpoint>().HealthAsync);
        app.MapGet("/ping", app.Service<InfoEndpoint>().HealthAsync);
        app.MapPost("/embed", app.Service<OtherTasks>().RefuseAsync);
        app.MapPost("/embed_all", app.Service<OtherTasks>().RefuseAsync);
        app.MapPost("/embed_sparse", app.Service<OtherTasks>().RefuseAsync);
        app.MapPost("/rerank", app.Service<OtherTasks>().RefuseAsync);
        app.MapPost("/similarity", app.Service<OtherTasks>().RefuseAsync);
    }

    /// <summary>TensorFlow Serving, by REST and by gRPC.</summary>
    public static void MapTensorFlow(this WebApplication app)
    {
        app.UseErrorFormat(MessageErrors.Format, "/v1/models");
        app.MapGet("/v1/models/{**resource}", app.Service<TensorFlowEndpoint>().DescribeAsync);
        app.MapPost("/v1/models/{**resource}", app.Counted(app.Service<TensorFlowEndpoint>().RunAsync));
        app.MapMethods("/v1/models/{**resource}", [HttpMethods.Options], TensorFlowEndpoint.PreflightAsync);
        app.MapMethods("/v1/models/{**resource}", [HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Trace], TensorFlowEndpoint.RefuseAsync);

        var grpc = app.Service<GrpcMethods>();
        var call = app.Service<UnaryCall>();
        var service = app.Service<PredictionService>();
        grpc.Add("/tensorflow.serving.PredictionService/Predict", call.Of(PredictRequest.Parser, app.Counted<PredictRequest, PredictResponse>(service.PredictAsync)));
        grpc.Add("/tensorflow.serving.PredictionService/GetModelMetadata", call.Of<GetModelMetadataRequest, GetModelMetadataResponse>(GetModelMetadataRequest.Parser, service.GetModelMetadataAsync));
        grpc.Add("/tensorflow.serving.ModelService/GetModelStatus", call.Of<GetModelStatusRequest, GetModelStatusResponse>(GetModelStatusRequest.Parser, service.GetModelStatusAsync));
    }

    /// <summary>The Open Inference Protocol v2 of KServe and Triton.</summary>
    public static void MapOpenInference(this WebApplication app)
    {
        var inference = app.Service<ClassifierInference>();
        app.MapOpenInference(inference.Model, (request, context) => app.Service<CountedRequests>().RunAsync(() => inference.InferAsync(request, context)));
    }

    private static T Service<T>(this WebApplication app) where T : class => app.Services.GetRequiredService<T>();

    private static RequestDelegate Counted(this WebApplication app, RequestDelegate handler) =>
        async context => await app.Service<CountedRequests>().RunAsync(async () =>
        {
            await handler(context);
            return true;
        });

    // Inside the gRPC call, which turns every error into a status.
    private static Func<TRequest, HttpContext, Task<TAnswer>> Counted<TRequest, TAnswer>(this WebApplication app, Func<TRequest, HttpContext, Task<TAnswer>> handler) =>
        (request, context) => app.Service<CountedRequests>().RunAsync(() => handler(request, context));
}
