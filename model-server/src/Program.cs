using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer;
using ElasticSynapse.ModelServer.Api;
using ElasticSynapse.ModelServer.Api.BlurbBlocks;
using ElasticSynapse.ModelServer.Api.CloudRun;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Models;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    builder.Configuration.AddAliases(("TEMPERATURE", "Predict:Temperature"), ("BATCH_LENGTH", "Streaming:BatchLength"));
    var options = builder.AddServiceDefaults("model-server", 8081); // errors, limits, health, drain, metrics
    builder.AddBucketName(options);
    var model = options.Read<ModelOptions>("Model");
    var runtime = options.Read<RuntimeOptions>("Runtime");
    var tokenizer = options.Read<TokenizerOptions>("Tokenizer");
    builder.Services.AddSingleton(options.Read<SchedulerOptions>("Scheduler"));
    builder.Services.AddSingleton(options.Read<StreamingOptions>("Streaming"));
    builder.Services.AddSingleton(options.Read<CloudRunOptions>("CloudRun"));
    builder.Services.AddSingleton(options.Read<BlurbOptions>("Predict"));
    if (options.TellsHelp(args, "model-server"))
    {
        return 0;
    }
    options.ThrowIfMistaken();                                    // every mistake at once, before anything is loaded

    using var startLog = ServiceDefaults.CreateStartLog();
    var log = startLog.CreateLogger("checkpoint");
    var fetching = new Progress<DownloadProgress>(progress => log.LogInformation("fetching {Model}: {Progress}", model.Identity, progress));
    using var generator = ServedGenerator.Load(model, runtime, tokenizer, TimeProvider.System, fetching); // checkpoint -> tokenizer + session
    builder.Services.AddSingleton(generator);
    builder.Services.AddSingleton(generator.Identity);
    builder.Services.AddSingleton<GeneratorMetrics>();
    builder.Services.AddSingleton<Scheduler>();                   // admission queue -> the thread that runs the model
    builder.Services.AddHostedService(services => services.GetRequiredService<Scheduler>());
    builder.Services.AddApis();

    var app = builder.Build();
    generator.Announce(app.Logger, app.Services.GetRequiredService<IMeterFactory>());
    app.UseModelHeaders(generator.Identity);
    app.MapServiceDefaults();                                     // /livez /readyz /metrics
    app.MapApis();                                                // OpenAI, TGI, Open Inference and the seed systems'
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("model-server", exception, typeof(CheckpointException)))
{
    return 1;
}
