using ElasticSynapse.Classifier;
using ElasticSynapse.Classifier.Api;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Classifier.Tokenization;
using ElasticSynapse.Serving.Hosting;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Models;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("classifier", 8082);   // errors, limits, health, drain, metrics
    builder.AddBucketName(options);
    var model = options.Read<ModelOptions>("Model");
    var runtime = options.Read<RuntimeOptions>("Runtime");
    var tokenizer = options.Read<TokenizerOptions>("Tokenizer");
    var classification = options.Read<ClassificationOptions>("Classification");
    options.ThrowIfMistaken();                                      // every mistake at once, before anything is loaded

    using var startLog = ServiceDefaults.CreateStartLog();
    var log = startLog.CreateLogger("checkpoint");
    var fetching = new Progress<DownloadProgress>(progress => log.LogInformation("fetching {Model}: {Progress}", model.Identity, progress));
    using var served = ServedClassifier.Load(model, tokenizer, fetching); // checkpoint -> tokenizer + session + labels
    var thresholds = LabelThresholds.Of(classification, served.LabelNames, options);
    options.ThrowIfMistaken();                                      // what only the checkpoint could tell
    var workers = WorkerCount.Of(runtime, Environment.ProcessorCount);

    builder.Services.AddSingleton(served);
    builder.Services.AddSingleton(classification);
    builder.Services.AddSingleton(thresholds);
    builder.Services.AddSingleton(workers);
    builder.Services.AddSingleton<ClassifierMetrics>();
    builder.Services.AddSingleton<TextClassifier>();                // texts -> tokens -> queue -> probabilities -> flags
    builder.Services.AddSingleton(new RequestQueue(classification.MaxQueuedTexts));
    builder.Services.AddSingleton<Func<ISequenceRunner>>(() => new OnnxSequenceRunner(served.Model, served.MaxTokens));
    builder.Services.AddHostedService<InferenceWorkers>();          // queue -> session -> logits
    builder.Services.AddClassifierRoutes();

    var app = builder.Build();
    app.UseModelHeaders(served.Identity);
    app.MapServiceDefaults();                                       // /livez /readyz /metrics
    app.MapClassify();                                              // the model's own labels
    app.MapModerations();                                           // OpenAI
    app.MapTokenize();
    served.Announce(app.Logger, workers);
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("classifier", exception, typeof(CheckpointException)))
{
    return 1;
}
