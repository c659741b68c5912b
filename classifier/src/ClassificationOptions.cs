using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace ElasticSynapse.Classifier;

/// <summary>How much is taken on, and from which probability a label counts. Bound from "Classification".</summary>
internal sealed class ClassificationOptions : IValidatableObject
{
    /// <summary>Probability from which a label is flagged. Default 0.5.</summary>
    [Range(0.0, 1.0, ErrorMessage = "must be between 0 and 1")]
    public double Threshold { get; set; } = 0.5;

    /// <summary>The same for single labels, by the checkpoint's label names: <c>Classification__Thresholds__threat=0.3</c>.
    /// Default none.</summary>
    public Dictionary<string, double> Thresholds { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Most texts of one request. Default 256.</summary>
    [Range(1, 65_536, ErrorMessage = "must be between 1 and 65,536")]
    public int MaxTextsPerRequest { get; set; } = 256;

    /// <summary>Texts that may wait for a worker, those of all requests together; more are refused with 429. Default 1,024.</summary>
    [Range(1, 1_048_576, ErrorMessage = "must be between 1 and 1,048,576")]
    public int MaxQueuedTexts { get; set; } = 1_024;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (label, threshold) in Thresholds)
        {
            if (!(threshold >= 0 && threshold <= 1)) // also NaN
            {
                yield return new ValidationResult(
                    string.Create(CultureInfo.InvariantCulture, $"Classification__Thresholds__{label}='{threshold}': must be between 0 and 1"));
            }
        }
        if (MaxTextsPerRequest > MaxQueuedTexts)
        {
            yield return new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"is below MaxTextsPerRequest ({MaxTextsPerRequest:N0}), so the largest request could never be taken"),
                [nameof(MaxQueuedTexts)]);
        }
    }
}
