using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier;
using ElasticSynapse.Classifier.Api;
using ElasticSynapse.Classifier.Api.Grpc;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.OpenApi;
using ElasticSynapse.Serving.Models;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("classifier", 8082);   // errors, limits, health, drain, metrics
    builder.AddBucketName(options);
    var model = options.Read<ClassifierModelOptions>("Model");
    var runtime = options.Read<RuntimeOptions>("Runtime");
    var tokenizer = options.Read<TokenizerOptions>("Tokenizer");
    var classification = options.Read<ClassificationOptions>("Classification");
    var batching = options.Read<BatchingOptions>("Batching");
    var grpc = options.Read<GrpcOptions>("Grpc");
    if (options.TellsHelp(args, "classifier"))
    {
        return 0;
    }
    options.ThrowIfMistaken();                                      // every mistake at once, before anything is loaded

    using var startLog = ServiceDefaults.CreateStartLog();
    var log = startLog.CreateLogger("checkpoint");
    var fetching = new Progress<DownloadProgress>(progress => log.LogInformation("fetching {Model}: {Progress}", model.Identity, progress));
    using var served = ServedClassifier.Load(model, runtime, tokenizer, fetching); // checkpoint -> tokenizer + session + labels
    var thresholds = LabelThresholds.Of(classification, served.Thresholds, served.LabelNames, options);
    classification.CheckFits(served.MaxTokens, options);
    var batches = BatchPolicy.Of(batching, served.DeviceChoice, served.Model.Sharing, served.MaxTokens, options);
    options.ThrowIfMistaken();                                      // what only the checkpoint could tell
    served.TryOut(batches);

    builder.Services.AddClassification(served, classification, thresholds, batches, runtime);
    builder.Services.AddClassifierRoutes(served, model, classification, grpc);

    var app = builder.Build();
    app.UseModelHeaders(served.Identity);
    app.MapServiceDefaults();                                       // /livez /readyz /metrics
    app.MapClassify();                                              // the model's own labels
    app.MapModerations();                                           // OpenAI
    app.MapTokenize();
    app.MapFirstClient();                                           // the first Elastic Synapse client
    app.MapTextEmbeddings();                                        // Hugging Face Text Embeddings Inference
    app.MapTensorFlow();                                            // TensorFlow Serving, REST and gRPC
    app.MapOpenInference();                                         // KServe and Triton
    app.MapOpenApiPage(typeof(ClassifierRoutes).Assembly);          // /docs
    served.Announce(app.Logger, app.Services.GetRequiredService<IMeterFactory>(), app.Services.GetRequiredService<WorkerCount>());
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("classifier", exception, typeof(CheckpointException)))
{
    return 1;
}
