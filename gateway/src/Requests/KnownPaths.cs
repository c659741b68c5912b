using System.Collections.Frozen;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>The paths that name no model: which kind of service has them, and how its errors look.</summary>
/// <remarks>Case and one slash at the end make no difference, as in the services. Methods are left to the replica: it knows
/// which it has, and answers 405 in its own words.</remarks>
internal static class KnownPaths
{
    private static readonly FrozenDictionary<string, RequestTarget> All = new[]
    {
        // OpenAI, and our own.
        Only("/v1/completions", ModelKind.Generator, OpenAiErrors.Format),
        Only("/v1/chat/completions", ModelKind.Generator, OpenAiErrors.Format),
        Only("/v1/moderations", ModelKind.Classifier, OpenAiErrors.Format),
        Only("/classify", ModelKind.Classifier, OpenAiErrors.Format),
        Shared("/tokenize", ModelKind.Generator, OpenAiErrors.Format),
        Only("/detokenize", ModelKind.Generator, OpenAiErrors.Format),

        // gpt-2-cloud-run, Text Generation Inference's short form, and the classifier's older client.
        Shared("/", ModelKind.Generator, MessageErrors.Format),

        // The text-generation service of the Flask tutorial, and both services' Swagger pages.
        Only("/hello", ModelKind.Generator, RestxErrors.Format),
        Only("/text-generation/generate", ModelKind.Generator, RestxErrors.Format),
        Shared("/docs", ModelKind.Generator, RestxErrors.Format),
        Shared("/swagger.json", ModelKind.Generator, RestxErrors.Format),
        Shared("/openapi.json", ModelKind.Generator, RestxErrors.Format),

        // Text Generation Inference; Text Embeddings Inference has the shared ones too.
        Only("/generate", ModelKind.Generator, HuggingFaceErrors.Format),
        Only("/generate_stream", ModelKind.Generator, HuggingFaceErrors.Format),
        Shared("/info", ModelKind.Generator, HuggingFaceErrors.Format),
        Shared("/health", ModelKind.Generator, HuggingFaceErrors.Format),
        Shared("/ping", ModelKind.Generator, HuggingFaceErrors.Format),
        Only("/invocations", ModelKind.Classifier, HuggingFaceErrors.Format),
        Only("/pipeline/text-classification", ModelKind.Classifier, HuggingFaceErrors.Format),
        // Text Embeddings Inference's other tasks: the classifier says that it has none of them.
        Only("/embed", ModelKind.Classifier, HuggingFaceErrors.Format),
        Only("/embed_all", ModelKind.Classifier, HuggingFaceErrors.Format),
        Only("/embed_sparse", ModelKind.Classifier, HuggingFaceErrors.Format),
        Only("/rerank", ModelKind.Classifier, HuggingFaceErrors.Format),
        Only("/similarity", ModelKind.Classifier, HuggingFaceErrors.Format),

        // Blurb Blocks writes, Text Embeddings Inference classifies: the body tells.
        Shared("/predict", ModelKind.Generator, HuggingFaceErrors.Format),
        Only("/touch", ModelKind.Generator, MessageErrors.Format),

        // Open Inference Protocol, as far as it names no model; the lists are the gateway's own.
        Shared("/v2", ModelKind.Generator, MessageErrors.Format),
    }.ToFrozenDictionary(target => target.Path, StringComparer.OrdinalIgnoreCase);

    public static RequestTarget? Find(string path)
    {
        if (All.TryGetValue(path, out var known))
        {
            return known;
        }
        // The Swagger page's own files.
        if (path.StartsWith("/docs/", StringComparison.Ordinal))
        {
            return All["/docs"] with { Path = path };
        }
        // The services don't mind it either.
        return path.Length > 2 && path[^1] == '/' ? All.GetValueOrDefault(path[..^1]) : null;
    }

    /// <summary>Whether its path is one of the list, word for word.</summary>
    public static bool IsKnown(RequestTarget target) =>
        target.VersionAt < 0 && All.TryGetValue(target.Path, out var known) && known.Path == target.Path;

    /// <summary>A path that one kind has.</summary>
    private static RequestTarget Only(string path, ModelKind kind, ErrorFormat errors) => new(path, null, default, kind, IsShared: false, errors);

    /// <summary>One that both have, and who answers when nothing else tells.</summary>
    private static RequestTarget Shared(string path, ModelKind kind, ErrorFormat errors) => new(path, null, default, kind, IsShared: true, errors);
}
