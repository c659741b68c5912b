using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>Where gRPC is served. Bound from "Grpc".</summary>
internal sealed class GrpcOptions
{
    /// <summary>TensorFlow Serving's.</summary>
    public const int DefaultPort = 8500;

    /// <summary>Port for HTTP/2 without TLS, on the address that HTTP listens on; 0 for none. Default 8500, and none if another
    /// program has that.</summary>
    [Range(0, 65_535, ErrorMessage = "must be between 0 (none) and 65,535")]
    public int? Port { get; set; }
}
