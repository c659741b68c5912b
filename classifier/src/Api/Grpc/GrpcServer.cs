using System.Net;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>Serves gRPC on a port of its own, which speaks HTTP/2 alone: without TLS a port can't tell HTTP/2 from HTTP/1.1. On
/// SIGTERM calls in flight finish, as requests over HTTP do.</summary>
internal sealed partial class GrpcServer(
    GrpcOptions options, HttpOptions limits, GrpcMethods methods, IConfiguration configuration, IServiceProvider services, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<GrpcServer>();
    private KestrelServer? _server;

    /// <exception cref="IOException">The port that was asked for is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Port == 0)
        {
            return;
        }
        var endpoint = new IPEndPoint(GrpcAddress.Of(configuration), options.Port ?? GrpcOptions.DefaultPort);
        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = limits.MaxRequestBodyBytes;
        kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http2);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        var server = new KestrelServer(Options.Create(kestrel), transport, loggers);
        try
        {
            await server.StartAsync(methods, cancellationToken);
            _server = server;
            Listening(endpoint);
        }
        // Several classifiers on one machine are common; that one of them has the default port is no mistake of the others.
        catch (IOException exception) when (options.Port is null)
        {
            server.Dispose();
            NotServed(endpoint, exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    [LoggerMessage(LogLevel.Information, "serving gRPC on {Endpoint}")]
    private partial void Listening(IPEndPoint endpoint);

    [LoggerMessage(LogLevel.Warning, "gRPC is not served on {Endpoint}: {Reason} Set Grpc__Port to another port, or to 0")]
    private partial void NotServed(IPEndPoint endpoint, string reason);
}
