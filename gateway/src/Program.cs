using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Gateway.Health;
using ElasticSynapse.Gateway.Routing;
using ElasticSynapse.Serving.Hosting;

// The request's way, in order.
try
{
    var builder = WebApplication.CreateSlimBuilder(args);
    var options = builder.AddServiceDefaults("gateway", 8080);       // request ids, errors, limits, health, drain, metrics
    var upstreams = options.Read<UpstreamOptions>("Upstreams");
    options.ThrowIfMistaken();
    builder.AddForwarding(upstreams);                                // path -> upstream -> headers -> connection pool
    builder.Services.AddUpstreamReadiness(upstreams);

    var app = builder.Build();
    app.MapServiceDefaults();                                        // /livez /readyz /metrics
    app.MapForwarding();                                             // every path of RouteTable
    app.Run();
    return 0;
}
catch (Exception exception) when (StartFailure.Report("gateway", exception))
{
    return 1;
}
