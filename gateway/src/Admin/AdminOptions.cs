using System.ComponentModel.DataAnnotations;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Admin;

/// <summary>The operators' own address. Bound from "Admin".</summary>
internal sealed class AdminOptions : IValidatableObject
{
    /// <summary>Where it listens; the host + stands for every address of the machine. Default: loopback, ten above the port
    /// that clients use, so 8090 beside 8080.</summary>
    public string? Url { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && !CanBeListenedOn(Url))
        {
            yield return new ValidationResult(
                "must be an http address to listen on, without a path, such as http://127.0.0.1:8090, or http://+:8090 for every address of the machine",
                [nameof(Url)]);
        }
    }

    // Kestrel's words for every address are no host of a URI.
    private static bool CanBeListenedOn(string url) =>
        Uri.TryCreate(url.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var address)
        && new HttpAddressAttribute().IsValid(address) && address.Scheme == Uri.UriSchemeHttp && address.AbsolutePath == "/";
}
