using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>One command with what it was given.</summary>
internal sealed record CommandLine(string Verb, string Uri, string? Out, Precision Precision, string? Cache, bool IsRefresh)
{
    private static readonly string[] Verbs = ["inspect", "verify", "fetch", "convert"];

    private static readonly Dictionary<string, Precision> Precisions = new(StringComparer.Ordinal)
    {
        ["fp32"] = Precision.Fp32, ["fp16"] = Precision.Fp16, ["int8"] = Precision.Int8, ["int4"] = Precision.Int4,
    };

    /// <exception cref="ArgumentException">Not one of the commands, or not as it is used.</exception>
    public static CommandLine Parse(string[] arguments)
    {
        var verb = arguments[0];
        if (!Verbs.Contains(verb))
            throw new ArgumentException($"unknown command '{verb}'; known: {string.Join(", ", Verbs)}");
        string? uri = null, folder = null, cache = null;
        var isRefresh = false;
        var precision = Precision.Fp32;
        for (var i = 1; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--out" when verb == "convert" && i + 1 < arguments.Length:
                    folder = arguments[++i];
                    break;
                case "--precision" when verb == "convert" && i + 1 < arguments.Length:
                    precision = Precisions.GetValueOrDefault(arguments[++i], Precision.Auto);
                    if (precision == Precision.Auto)
                        throw new ArgumentException($"unknown precision '{arguments[i]}'; known: {string.Join(", ", Precisions.Keys)}");
                    break;
                case "--cache" when i + 1 < arguments.Length:
                    cache = arguments[++i];
                    break;
                case "--refresh" when verb == "fetch":
                    isRefresh = true;
                    break;
                case var option when option.StartsWith('-'):
                    throw new ArgumentException($"'{option}' is no option of {verb}, or lacks its value");
                case var address when uri is null:
                    uri = address;
                    break;
                case var more:
                    throw new ArgumentException($"'{more}' is one address too many");
            }
        }
        if (uri is null)
            throw new ArgumentException($"{verb} needs the address of a checkpoint");
        if (verb == "convert" && folder is null)
            throw new ArgumentException("convert needs --out DIR");
        return new CommandLine(verb, uri, folder, precision, cache, isRefresh);
    }
}
