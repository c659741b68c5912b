using ElasticSynapse.Gateway;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting;

// The request's way, in order.
try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("gateway", 8080);       // request ids, errors, limits, health, drain, metrics
    builder.Services.AddSingleton<GatewayMetrics>();
    builder.AddCatalogue(options);                                   // which models, versions and replicas there are
    builder.Services.AddReplicas(options);                           // who is ready, who is loaded
    builder.AddForwarding(options);                                  // version -> replica -> tries
    options.ThrowIfMistaken();

    var app = builder.Build();
    app.Services.ObserveReplicas();
    app.MapServiceDefaults();                                        // /livez /readyz /metrics
    ModelListing.Map(app);                                           // what there is to call
    app.MapForwarding();                                             // every other path
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("gateway", exception))
{
    return 1;
}
