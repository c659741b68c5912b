using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>The model a service serves. Callers name it <c>name</c> or, to pin the version, <c>name@version</c>, of
/// which the number alone will do.</summary>
public sealed record ModelIdentity(string Name, string Version)
{
    /// <summary>As errors name the owner of a limit: <c>gpt2 1557429385_v0.01</c>.</summary>
    public override string ToString() => $"{Name} {Version}";

    /// <summary>The version where versions are numbers, as for TensorFlow Serving and Triton. Ours begin with one, the time of
    /// export: 1557429385_v0.01 is 1557429385. 1 for a version that does not begin with a number.</summary>
    public long VersionNumber =>
        long.TryParse(string.Concat(Version.TakeWhile(char.IsAsciiDigit)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    /// <summary>True for the names that mean this model.</summary>
    public bool IsCalled(string name) =>
        name == Name || (name.StartsWith($"{Name}@", StringComparison.Ordinal) && HasVersion(name[(Name.Length + 1)..]));

    /// <summary>True for the version itself and for its number.</summary>
    public bool HasVersion(string version) => version == Version
        || (long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == VersionNumber);

    /// <summary>True for what is the address of a server and no name: Hugging Face's clients put it where OpenAI's API wants a
    /// model, once they are told to ask a server of one's own.</summary>
    public static bool IsAddress(string name) =>
        name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="ApiException">A request asks for another model; null asks for none.</exception>
    public void Check(string? asked)
    {
        if (asked is not null && !IsCalled(asked))
        {
            throw new ApiException(
                ErrorKind.ModelNotFound,
                $"The model '{Excerpt.Of(asked)}' does not exist; this server has '{Name}', version '{Version}'",
                "model");
        }
    }
}
