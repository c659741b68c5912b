using System.Net;
using System.Net.Sockets;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>Finds the address that HTTP listens on, so that gRPC listens there too.</summary>
internal static class GrpcAddress
{
    public static IPAddress Of(IConfiguration configuration)
    {
        var url = configuration["urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
            ?? configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).FirstOrDefault(found => found is not null);
        // Ports without an address are for all of them.
        return url is null ? All : OfHost(BindingAddress.Parse(url).Host);
    }

    private static IPAddress All => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    // Kestrel too takes any name that is no address for all addresses.
    private static IPAddress OfHost(string host) => host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address
        : All;
}
