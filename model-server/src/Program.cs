using ElasticSynapse.ModelServer;
using ElasticSynapse.ModelServer.Api;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Hosting;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Models;

try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("model-server", 8081); // errors, limits, health, drain, metrics
    var model = options.Read<ModelOptions>("Model");
    var runtime = options.Read<RuntimeOptions>("Runtime");
    var tokenizer = options.Read<TokenizerOptions>("Tokenizer");
    builder.Services.AddSingleton(options.Read<SchedulerOptions>("Scheduler"));
    options.ThrowIfMistaken();                                    // every mistake at once, before anything is loaded

    using var generator = ServedGenerator.Load(model, runtime, tokenizer, TimeProvider.System); // checkpoint -> tokenizer + session
    builder.Services.AddSingleton(generator);
    builder.Services.AddSingleton(generator.Identity);
    builder.Services.AddSingleton<GeneratorMetrics>();
    builder.Services.AddSingleton<Scheduler>();                   // admission queue -> the thread that runs the model
    builder.Services.AddHostedService(services => services.GetRequiredService<Scheduler>());
    builder.Services.AddSingleton<CompletionsEndpoint>();

    var app = builder.Build();
    generator.Announce(app.Logger);
    app.UseModelHeaders(generator.Identity);
    app.MapServiceDefaults();                                     // /livez /readyz /metrics
    CompletionsEndpoint.Map(app);                                 // OpenAI
    ModelsEndpoint.Map(app);
    TokenizeEndpoint.Map(app);
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("model-server", exception, typeof(CheckpointException)))
{
    return 1;
}
