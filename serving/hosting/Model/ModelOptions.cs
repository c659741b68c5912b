using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>Which checkpoint a service serves, and under what name. Bound from "Model".</summary>
public class ModelOptions : IValidatableObject
{
    // Name and version stand in headers, URLs, metric labels and image tags alike.
    private const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
    private const int MaxNameLength = 63;
    private const string NameRule = "must be 1 to 63 letters, digits, '.', '_' or '-', and start with a letter or digit";

    /// <summary>The checkpoint folder: a path or a file: URI. Required.</summary>
    [Required(ErrorMessage = "is required: the path or file: URI of a checkpoint folder")]
    public string Uri { get; set; } = "";

    /// <summary>What callers call the model. Default: the name of the checkpoint folder, with '-' for what a name can't have.</summary>
    [RegularExpression(NamePattern, ErrorMessage = NameRule)]
    public string? Name { get; set; }

    /// <summary>Which of its versions this is, <c>&lt;unix time of export&gt;_v&lt;major&gt;.&lt;minor&gt;</c> by convention.
    /// Default 0_v0.0, which says that nobody has tagged it.</summary>
    [RegularExpression(NamePattern, ErrorMessage = NameRule)]
    public string Version { get; set; } = "0_v0.0";

    /// <summary>Name and version as they are served.</summary>
    public ModelIdentity Identity => new(Name ?? FolderName(), Version);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Name is null && FolderName().Length == 0)
        {
            yield return new ValidationResult($"the folder's name can't be the model's name, which {NameRule}; set Model__Name", [nameof(Uri)]);
        }
    }

    // Without what "gpt2//", "gpt2/." or "." say about the way there. Of a file: URI the last part is the same.
    private string FolderName()
    {
        var folder = Uri.Length == 0 ? "" : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Uri)));
        var name = string.Concat(folder.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')).TrimStart('.', '_', '-');
        return name.Length > MaxNameLength ? name[..MaxNameLength] : name;
    }
}
