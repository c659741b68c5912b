using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ElasticSynapse.Gateway.Admin;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>The gateway itself, in this process, on a free loopback port.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplicationFactory<Program> _factory;
    private readonly Warnings _warnings = new();

    /// <summary>Between two fixed upstreams.</summary>
    public RunningGateway(Uri generator, Uri? classifier = null, params (string Key, string Value)[] settings)
        : this([("Upstreams:Generator", generator.AbsoluteUri), ("Upstreams:Classifier", (classifier ?? generator).AbsoluteUri), .. settings])
    {
    }

    /// <summary>In front of what a catalogue file lists.</summary>
    public RunningGateway(CatalogueFile catalogue, params (string Key, string Value)[] settings)
        : this([("Catalogue:File", catalogue.Path), ("Catalogue:ReloadInterval", "00:00:00.020"), ("Replicas:ProbeInterval", "00:00:00.100"), .. settings])
    {
    }

    /// <summary>With nothing but these settings.</summary>
    public RunningGateway(params (string Key, string Value)[] settings)
        : this(settings.AsEnumerable())
    {
    }

    private RunningGateway(IEnumerable<(string Key, string Value)> settings)
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            foreach (var (key, value) in settings)
            {
                host.UseSetting(key, value);
            }
            host.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(_warnings));
        });
        _factory.UseKestrel();
        _factory.StartServer();
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        })
        {
            BaseAddress = _factory.ClientOptions.BaseAddress,
            Timeout = Patience.Limit,
        };
    }

    public HttpClient Client { get; }

    /// <summary>What it has logged that is a warning, or worse.</summary>
    public IReadOnlyCollection<string> Warnings => _warnings.Lines;

    /// <summary>Where it listens.</summary>
    public IEnumerable<Uri> Addresses => _factory.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>()
        .Addresses.Select(address => new Uri(address));

    /// <summary>Where operators look.</summary>
    public Uri AdminAddress => _factory.Services.GetServices<IHostedService>().OfType<AdminServer>().Single().Address;

    /// <summary>Sends a request with a caller's key.</summary>
    public async Task<HttpResponseMessage> SendAsync(string key, string body = "{}", string path = "/v1/completions")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await Client.SendAsync(request);
    }

    /// <summary>What it has counted.</summary>
    public Task<string> MetricsAsync() => OperatorsSeeAsync("/metrics");

    /// <summary>What it knows.</summary>
    public Task<string> CataloguePageAsync() => OperatorsSeeAsync("/catalogue");

    /// <summary>Sends bytes as they are and reads until the gateway closes the connection.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        using var connection = new TcpClient();
        await connection.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port, limit.Token);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(limit.Token);
    }

    private async Task<string> OperatorsSeeAsync(string path)
    {
        using var operators = new HttpClient();
        return await operators.GetStringAsync(new Uri(AdminAddress, path));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
    }
}
