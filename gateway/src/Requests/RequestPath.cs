using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Reads a path: the gateway's own prefixes first, then the API's path behind them.</summary>
/// <remarks>Prefixes: <c>/models/{m}</c>, also with <c>/versions/{v}</c> or <c>/labels/{l}</c>; <c>/generator</c> and
/// <c>/classifier</c>, for paths that both have; <c>/{m}</c> for a model of the catalogue.</remarks>
internal static class RequestPath
{
    // TensorFlow Serving's; anything else behind a colon is a label.
    private static readonly string[] Verbs = ["predict", "classify", "regress"];

    /// <summary>What <paramref name="path"/> asks for, or null when nothing here has such a path.</summary>
    /// <param name="path">Decoded, but for %2F.</param>
    /// <param name="isModel">Whether the catalogue has a model of that name.</param>
    public static RequestTarget? Read(string path, Func<string, bool> isModel)
    {
        if (After(path, "/models/") is { } named)
        {
            return BehindModel(named);
        }
        if (After(path, "/generator") is { } generator && (generator.Length == 0 || generator[0] == '/'))
        {
            return BehindKind(ModelKind.Generator, generator);
        }
        if (After(path, "/classifier") is { } classifier && (classifier.Length == 0 || classifier[0] == '/'))
        {
            return BehindKind(ModelKind.Classifier, classifier);
        }
        return Api(path) ?? BehindBareModel(path, isModel);
    }

    private static RequestTarget? BehindModel(string named)
    {
        var (name, rest) = Segment(named);
        var selector = ModelSelector.Parse(Decode(name));
        if (name.Length == 0)
        {
            return null;
        }
        (var pin, rest) = Pin(rest);
        return Behind(selector.Name, pin.IsNone ? selector.Pin : pin, rest) with { OtherPin = pin.IsNone ? default : selector.Pin };
    }

    private static RequestTarget? BehindBareModel(string path, Func<string, bool> isModel)
    {
        var (name, rest) = Segment(path[1..]);
        var selector = ModelSelector.Parse(Decode(name));
        return isModel(selector.Name) ? Behind(selector.Name, selector.Pin, rest) : null;
    }

    // Any path behind a model: its replica knows what it has.
    private static RequestTarget Behind(string model, VersionPin pin, string rest)
    {
        var path = rest.Length == 0 ? "/" : rest;
        return new RequestTarget(path, model, pin, Kind: null, IsShared: true, Api(path)?.Errors ?? OpenAiErrors.Format);
    }

    private static RequestTarget BehindKind(ModelKind kind, string rest)
    {
        var path = rest.Length == 0 ? "/" : rest;
        return Api(path) is { } api
            ? api with { Kind = kind, IsShared = false }
            : new RequestTarget(path, null, default, kind, IsShared: false, OpenAiErrors.Format);
    }

    private static RequestTarget? Api(string path)
    {
        if (KnownPaths.Find(path) is { } known)
        {
            return known;
        }
        // TensorFlow Serving doesn't mind the case of what stands before the model.
        if (After(path, "/v1/models/", StringComparison.OrdinalIgnoreCase) is { Length: > 0 } v1)
        {
            return NamingModel("/v1/models/", v1, path.Contains(':') || v1.Contains('/') ? MessageErrors.Format : OpenAiErrors.Format);
        }
        return After(path, "/v2/models/") is { Length: > 0 } v2 ? NamingModel("/v2/models/", v2, MessageErrors.Format) : null;
    }

    // <model>[@version|:label][/versions/<v>|/labels/<l>][rest], where TensorFlow Serving's verb may stand behind any of them.
    private static RequestTarget? NamingModel(string prefix, string named, ErrorFormat errors)
    {
        var verbAt = Verbs.Select(verb => ":" + verb).FirstOrDefault(verb => named.EndsWith(verb, StringComparison.OrdinalIgnoreCase));
        var (name, rest) = Segment(verbAt is null ? named : named[..^verbAt.Length]);
        if (name.Length == 0)
        {
            return null;
        }
        var selector = ModelSelector.Parse(Decode(name));
        var (pin, tail) = Pin(rest);
        // The name as it came, with its %2F, but for a pin behind it.
        var head = prefix + (selector.Pin.IsNone ? name : name[..name.IndexOfAny(['@', ':'])]);
        return new RequestTarget(
            head + tail + verbAt,
            selector.Name,
            pin.IsNone ? selector.Pin : pin,
            Kind: null,
            IsShared: false,
            pin.IsNone ? errors : MessageErrors.Format,
            // A replica knows no labels, and has only one version to mean.
            pin.Version is null ? -1 : head.Length,
            pin.IsNone ? default : selector.Pin);
    }

    private static (VersionPin Pin, string Tail) Pin(string rest)
    {
        if (After(rest, "/versions/", StringComparison.OrdinalIgnoreCase) is { Length: > 0 } version)
        {
            var (name, tail) = Segment(version);
            return (VersionPin.ToVersion(Decode(name)), tail);
        }
        if (After(rest, "/labels/", StringComparison.OrdinalIgnoreCase) is { Length: > 0 } label)
        {
            var (name, tail) = Segment(label);
            return (VersionPin.ToLabel(Decode(name)), tail);
        }
        return (default, rest);
    }

    private static (string Segment, string Tail) Segment(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (text, "") : (text[..slash], text[slash..]);
    }

    private static string? After(string text, string prefix, StringComparison comparison = StringComparison.Ordinal) =>
        text.StartsWith(prefix, comparison) ? text[prefix.Length..] : null;

    private static string Decode(string segment) => segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
