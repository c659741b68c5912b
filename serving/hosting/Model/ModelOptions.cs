using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>Which checkpoint a service serves, and under what name. Bound from "Model".</summary>
public partial class ModelOptions : IValidatableObject
{
    // Name and version stand in headers, URLs, metric labels and image tags alike.
    private const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
    private const int MaxNameLength = 63;
    private const string NameRule = "must be 1 to 63 letters, digits, '.', '_' or '-', and start with a letter or digit";

    /// <summary>The checkpoint: a folder's path or file: URI, or what is fetched from hf://, gs://, s3:// or an archive's
    /// https: address. Required.</summary>
    [Required(ErrorMessage = "is required: the path or file: URI of a checkpoint folder, or an hf:, gs:, s3: or https: address")]
    public string Uri { get; set; } = "";

    /// <summary>Where fetched checkpoints and rounded weights are kept; processes may share it. Default: elastic-synapse in the user's cache folder
    /// (XDG_CACHE_HOME, else ~/.cache).</summary>
    public string? CacheDirectory { get; set; }

    /// <summary>Bytes that it may hold; the checkpoints that were not used for longest go first, the one served stays.
    /// Default 20 GiB.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "must be at least 0 bytes")]
    public long CacheMaxBytes { get; set; } = 20L << 30;

    /// <summary>What callers call the model. Default: the name of the checkpoint folder, with '-' for what a name can't have.</summary>
    [RegularExpression(NamePattern, ErrorMessage = NameRule)]
    public string? Name { get; set; }

    /// <summary>Which of its versions this is, <c>&lt;unix time of export&gt;_v&lt;major&gt;.&lt;minor&gt;</c> by convention.
    /// Default 0_v0.0, which says that nobody has tagged it.</summary>
    [RegularExpression(NamePattern, ErrorMessage = NameRule)]
    public string Version { get; set; } = "0_v0.0";

    /// <summary>What the model computes in: fp32; fp16, on CUDA only; int8 or int4, whose weights are rounded at the first start.
    /// Default auto: the exact one, fp32 on a CPU and fp16 on CUDA.</summary>
    [RegularExpression("(?i)^(auto|fp32|fp16|int8|int4)$", ErrorMessage = "must be auto, fp32, fp16, int8 or int4")]
    public string Precision { get; set; } = "auto";

    /// <summary>Name and version as they are served.</summary>
    public ModelIdentity Identity => new(Name ?? FolderName(), Version);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Name is null && FolderName().Length == 0)
        {
            yield return new ValidationResult($"the folder's name can't be the model's name, which {NameRule}; set Model__Name", [nameof(Uri)]);
        }
    }

    // Without what "gpt2//", "gpt2/." or "." say about the way there. Of a URI the last part is the same, but for a revision
    // of the hub (gpt2@main), an archive's extension and a signature.
    private string FolderName()
    {
        var isRemote = Uri.Contains("://", StringComparison.Ordinal) && !Uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        var path = isRemote ? RemoteEnding().Replace(Uri, "") : Uri;
        var folder = path.Length == 0 ? "" : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var name = string.Concat(folder.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')).TrimStart('.', '_', '-');
        return name.Length > MaxNameLength ? name[..MaxNameLength] : name;
    }

    [GeneratedRegex(@"(@[^/@]*|(\.tar\.gz|\.tgz|\.tar|\.zip)?([?#].*)?)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex RemoteEnding();
}
