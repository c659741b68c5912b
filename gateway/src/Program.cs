using ElasticSynapse.Gateway;
using ElasticSynapse.Gateway.Admin;
using ElasticSynapse.Gateway.Admission;
using ElasticSynapse.Gateway.Browsers;
using ElasticSynapse.Gateway.Callers;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Gateway.Requests;
using ElasticSynapse.Gateway.Telemetry;
using ElasticSynapse.Serving.Hosting;

// The request's way, in order.
try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("gateway", 8080);       // request ids, errors, limits, health, drain, metrics
    builder.WebHost.UseKestrelHttpsConfiguration();                  // TLS as Kestrel:Endpoints has it
    // Nothing here keeps a thread waiting, so that what was read and what is written need not change threads first.
    builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    builder.Services.AddSingleton<GatewayMetrics>();
    builder.Services.AddSingleton<RequestMetrics>();
    builder.AddBrowsers(options);                                    // whose pages may call
    builder.AddCallers(options);                                     // who may call, and how much
    var deadlines = builder.AddDeadlines(options);                   // how long it may take
    builder.AddCatalogue(options, deadlines);                        // which models, versions and replicas there are
    builder.AddReplicas(options);                                    // who is ready, who is loaded
    builder.AddAdmission(options, deadlines);                        // how many at a time
    builder.AddForwarding(options);                                  // version -> replica -> tries
    builder.Services.AddSingleton(options.Read<AdminOptions>("Admin"));
    builder.Services.AddHostedService<AdminServer>();                // the operators' own address
    if (options.TellsHelp(args, "gateway"))
    {
        return 0;
    }
    options.ThrowIfMistaken();

    var app = builder.Build();
    app.WarnOfTracedTexts();
    app.Services.ObserveReplicas();
    app.Services.ObserveAdmission();
    app.MapServiceDefaults(metrics: false);                          // /livez /readyz
    app.UseApiErrors();                                              // errors in the shape of the API
    app.UseBrowsers();                                               // CORS
    app.UseCallers();                                                // API keys
    ModelListing.Map(app);                                           // what there is to call
    app.MapForwarding();                                             // every other path
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("gateway", exception))
{
    return 1;
}
