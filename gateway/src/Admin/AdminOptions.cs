using System.ComponentModel.DataAnnotations;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Admin;

/// <summary>The second address, for operators. Bound from "Admin".</summary>
internal sealed class AdminOptions : IValidatableObject
{
    /// <summary>Where it listens. Default: loopback, ten above the port that clients use, so 8090 beside 8080.</summary>
    public Uri? Url { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && !new HttpAddressAttribute().IsValid(Url))
        {
            yield return new ValidationResult(HttpAddressAttribute.Rule, [nameof(Url)]);
        }
    }
}
