using System.Globalization;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ElasticSynapse.Gateway.Admin;

/// <summary>A server of its own for operators: health, metrics, and the catalogue as it is in effect. Nothing of it can be
/// reached through the clients' address, and no client's load holds it up there.</summary>
internal sealed partial class AdminServer(AdminOptions options, IServiceProvider services, IConfiguration configuration, ILogger<AdminServer> logger)
    : IHostedService, IAsyncDisposable
{
    private const int PortsAbove = 10;

    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(Url());
        builder.Services.AddRoutingCore();
        // Its start would read like the gateway's own in the log.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        _app = builder.Build();
        _app.MapServiceEndpoints(services);
        var fleet = services.GetRequiredService<LiveFleet>();
        var source = services.GetRequiredService<ICatalogueSource>();
        var time = services.GetRequiredService<TimeProvider>();
        _app.MapGet("/catalogue", context => context.Response.WriteAsJsonAsync(CataloguePage.Of(fleet.Current, source, time)));
        await _app.StartAsync(cancellationToken);
        Listening(_app.Urls.First());
    }

    /// <summary>Where it really listens.</summary>
    public Uri Address => new(_app!.Urls.First());

    // Last: whoever watches the drain watches it here.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
        {
            await _app.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private string Url()
    {
        if (options.Url is { } url)
        {
            return url;
        }
        var port = configuration["urls"]?.Split(';')[0] is { Length: > 0 } first ? BindingAddress.Parse(first).Port : 8080;
        // A free port beside a free port.
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(port == 0 ? 0 : port + PortsAbove)}");
    }

    [LoggerMessage(LogLevel.Information, "operators find health, metrics and the catalogue at {Address}")]
    private partial void Listening(string address);
}
