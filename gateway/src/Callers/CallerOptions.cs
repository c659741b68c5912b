using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Gateway.Callers;

/// <summary>Who may call. Bound from "Callers".</summary>
internal sealed class CallerOptions : IValidatableObject
{
    /// <summary>Path of the file with the callers' API keys; read again whenever it changes. Default: none, and then the
    /// gateway listens on loopback only.</summary>
    public string? KeysFile { get; set; }

    /// <summary>Whether anyone may call, from anywhere. For development. Default false.</summary>
    public bool Anonymous { get; set; }

    /// <summary>How often the file is looked at. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "must be between 00:00:00.010 and 00:01:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Anonymous && KeysFile is not null)
        {
            yield return new ValidationResult("has no effect beside Callers__KeysFile; set one of them", [nameof(Anonymous)]);
        }
    }
}
