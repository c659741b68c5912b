using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>Adds a port that speaks HTTP/2 alone, which gRPC without TLS needs: a plain port can't tell the two apart.</summary>
internal static class GrpcListener
{
    private const int Backlog = 512;

    /// <returns>What to tell whoever expects gRPC on the default port and won't find it; null if all is well.</returns>
    public static string? AddGrpcListener(this WebApplicationBuilder builder, GrpcOptions options, OptionsReader mistakes)
    {
        if (builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            if (options.Port is > 0)
            {
                mistakes.Add($"Grpc__Port='{options.Port}' has no effect beside Kestrel__Endpoints; name an endpoint with Protocols=Http2 there");
            }
            return null;
        }
        var port = options.Port ?? GrpcOptions.DefaultPort;
        if (port == 0)
        {
            return null;
        }
        var addresses = Addresses(builder);
        var endpoint = new IPEndPoint(AddressOf(addresses[0]), port);
        Socket socket;
        try
        {
            // Taken now and not when Kestrel starts: whoever gets it keeps it.
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(Backlog);
        }
        catch (SocketException exception) when (options.Port is null)
        {
            return $"gRPC is not served: {endpoint}: {exception.Message} (Grpc__Port)";
        }
        catch (SocketException exception)
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"Grpc__Port='{port}': can't listen on {endpoint}: {exception.Message}"));
            return null;
        }
        builder.WebHost.UseUrls([.. addresses, $"http://{endpoint}"]);
        builder.WebHost.UseSockets(transport => transport.CreateBoundListenSocket = wanted =>
            wanted.Equals(endpoint) ? socket : SocketTransportOptions.CreateDefaultBoundListenSocket(wanted));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (endpoint.Equals(listen.EndPoint))
            {
                listen.Protocols = HttpProtocols.Http2;
            }
        }));
        return null;
    }

    // As the host would find them itself, had we not another to add.
    private static string[] Addresses(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        return [.. Ports("http"), .. Ports("https")];

        IEnumerable<string> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => $"{scheme}://*:{port}");
    }

    private static IPAddress AddressOf(string url)
    {
        var host = BindingAddress.Parse(url).Host;
        if (host == "localhost")
        {
            return IPAddress.Loopback;
        }
        // Kestrel reads any name that is no address as all addresses.
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address
            : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
    }
}
