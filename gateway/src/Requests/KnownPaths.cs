using System.Collections.Frozen;
using ElasticSynapse.Gateway.Catalogue;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>The paths that name no model: which kind of service has them, and how its errors look.</summary>
/// <remarks>Methods are left to the replica: it knows which it has, and answers 405 in its own words.</remarks>
internal static class KnownPaths
{
    private static readonly FrozenDictionary<string, KnownPath> All = new Dictionary<string, KnownPath>
    {
        // OpenAI, and our own.
        ["/v1/completions"] = new(ModelKind.Generator, ErrorShape.OpenAi),
        ["/v1/chat/completions"] = new(ModelKind.Generator, ErrorShape.OpenAi),
        ["/v1/moderations"] = new(ModelKind.Classifier, ErrorShape.OpenAi),
        ["/classify"] = new(ModelKind.Classifier, ErrorShape.OpenAi),
        ["/tokenize"] = new(ModelKind.Generator, ErrorShape.OpenAi, Shared: true),
        ["/detokenize"] = new(ModelKind.Generator, ErrorShape.OpenAi),

        // gpt-2-cloud-run, Text Generation Inference's short form, and the classifier's older client.
        ["/"] = new(ModelKind.Generator, ErrorShape.Text, Shared: true),

        // The text-generation service of the Flask tutorial, and both services' Swagger pages.
        ["/hello"] = new(ModelKind.Generator, ErrorShape.RestX),
        ["/text-generation/generate"] = new(ModelKind.Generator, ErrorShape.RestX),
        ["/docs"] = new(ModelKind.Generator, ErrorShape.RestX, Shared: true),
        ["/swagger.json"] = new(ModelKind.Generator, ErrorShape.RestX, Shared: true),

        // Text Generation Inference; Text Embeddings Inference has the shared ones too.
        ["/generate"] = new(ModelKind.Generator, ErrorShape.HuggingFace),
        ["/generate_stream"] = new(ModelKind.Generator, ErrorShape.HuggingFace),
        ["/info"] = new(ModelKind.Generator, ErrorShape.HuggingFace, Shared: true),
        ["/health"] = new(ModelKind.Generator, ErrorShape.HuggingFace, Shared: true),
        ["/ping"] = new(ModelKind.Generator, ErrorShape.HuggingFace, Shared: true),
        ["/invocations"] = new(ModelKind.Generator, ErrorShape.HuggingFace, Shared: true),

        // Blurb Blocks writes, Text Embeddings Inference classifies: the body tells.
        ["/predict"] = new(ModelKind.Generator, ErrorShape.HuggingFace, Shared: true),
        ["/touch"] = new(ModelKind.Generator, ErrorShape.Text),

        // Open Inference Protocol, as far as it names no model; the lists are the gateway's own.
        ["/v2"] = new(ModelKind.Generator, ErrorShape.Text, Shared: true),
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
