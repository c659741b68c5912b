using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Accepts what requests can be sent to: an absolute http or https URI that a path can be put behind.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HttpAddressAttribute() : ValidationAttribute(Rule)
{
    public const string Rule = "must be an absolute http or https address such as http://model-server:8080, without query, fragment or user";

    public override bool IsValid(object? value) =>
        value is Uri { IsAbsoluteUri: true, Query: "", Fragment: "", UserInfo: "", Host.Length: > 0 } address
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
