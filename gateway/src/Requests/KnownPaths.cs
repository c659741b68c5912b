using System.Collections.Frozen;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>The paths that name no model: which kind of service has them, and how its errors look.</summary>
/// <remarks>Methods are left to the replica: it knows which it has, and answers 405 in its own words.</remarks>
internal static class KnownPaths
{
    private static readonly FrozenDictionary<string, KnownPath> All = new Dictionary<string, KnownPath>
    {
        // OpenAI, and our own.
        ["/v1/completions"] = new(ModelKind.Generator, OpenAiErrors.Format),
        ["/v1/chat/completions"] = new(ModelKind.Generator, OpenAiErrors.Format),
        ["/v1/moderations"] = new(ModelKind.Classifier, OpenAiErrors.Format),
        ["/classify"] = new(ModelKind.Classifier, OpenAiErrors.Format),
        ["/tokenize"] = new(ModelKind.Generator, OpenAiErrors.Format, Shared: true),
        ["/detokenize"] = new(ModelKind.Generator, OpenAiErrors.Format),

        // gpt-2-cloud-run, Text Generation Inference's short form, and the classifier's older client.
        ["/"] = new(ModelKind.Generator, MessageErrors.Format, Shared: true),

        // The text-generation service of the Flask tutorial, and both services' Swagger pages.
        ["/hello"] = new(ModelKind.Generator, RestxErrors.Format),
        ["/text-generation/generate"] = new(ModelKind.Generator, RestxErrors.Format),
        ["/docs"] = new(ModelKind.Generator, RestxErrors.Format, Shared: true),
        ["/swagger.json"] = new(ModelKind.Generator, RestxErrors.Format, Shared: true),

        // Text Generation Inference; Text Embeddings Inference has the shared ones too.
        ["/generate"] = new(ModelKind.Generator, HuggingFaceErrors.Format),
        ["/generate_stream"] = new(ModelKind.Generator, HuggingFaceErrors.Format),
        ["/info"] = new(ModelKind.Generator, HuggingFaceErrors.Format, Shared: true),
        ["/health"] = new(ModelKind.Generator, HuggingFaceErrors.Format, Shared: true),
        ["/ping"] = new(ModelKind.Generator, HuggingFaceErrors.Format, Shared: true),
        ["/invocations"] = new(ModelKind.Generator, HuggingFaceErrors.Format, Shared: true),

        // Blurb Blocks writes, Text Embeddings Inference classifies: the body tells.
        ["/predict"] = new(ModelKind.Generator, HuggingFaceErrors.Format, Shared: true),
        ["/touch"] = new(ModelKind.Generator, MessageErrors.Format),

        // Open Inference Protocol, as far as it names no model; the lists are the gateway's own.
        ["/v2"] = new(ModelKind.Generator, MessageErrors.Format, Shared: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static KnownPath? Find(string path)
    {
        if (All.TryGetValue(path, out var known))
        {
            return known;
        }
        // The Swagger page's own files.
        return path.StartsWith("/docs/", StringComparison.Ordinal) ? All["/docs"] : null;
    }
}
