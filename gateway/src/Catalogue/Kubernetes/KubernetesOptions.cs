using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Catalogue.Kubernetes;

/// <summary>Discovery of models in a cluster. Bound from "Kubernetes".</summary>
internal sealed class KubernetesOptions
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount/";

    /// <summary>Namespace whose labelled Services are the catalogue. Default: none, no cluster is asked.</summary>
    [RegularExpression("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", ErrorMessage = "must be the name of a namespace")]
    public string? Namespace { get; set; }

    /// <summary>The API server. Default https://kubernetes.default.svc.</summary>
    [HttpAddress]
    public Uri ApiServer { get; set; } = new("https://kubernetes.default.svc");

    /// <summary>The service account's token; read again for each request, because it rotates.</summary>
    public string TokenFile { get; set; } = AccountFolder + "token";

    /// <summary>The certificate authority that the API server's certificate must come from.</summary>
    public string CertificateAuthorityFile { get; set; } = AccountFolder + "ca.crt";

    /// <summary>Name of the Services' port that replicas answer on; without such a port, the first. Default http.</summary>
    public string PortName { get; set; } = "http";

    /// <summary>Objects that one answer to a list may hold. Default 500.</summary>
    [Range(1, 10_000, ErrorMessage = "must be between 1 and 10,000")]
    public int PageSize { get; set; } = 500;

    /// <summary>How long one watch lasts before the API server ends it and the next begins. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "must be between 00:00:01 and 01:00:00")]
    public TimeSpan WatchTimeout { get; set; } = TimeSpan.FromMinutes(5);
}
