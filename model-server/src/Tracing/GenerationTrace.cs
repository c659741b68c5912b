using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.ModelServer.Tracing;

/// <summary>The span of what a request generates, with OpenTelemetry's attributes for generative AI. Its sequences' stages are spans
/// within it. Made only for requests that are traced.</summary>
/// <remarks>opentelemetry.io, "Semantic conventions for generative client AI spans".</remarks>
internal sealed class GenerationTrace : IDisposable
{
    /// <summary>Of this service's spans.</summary>
    public static readonly ActivitySource Source = new("ElasticSynapse.ModelServer");

    private const string Operation = "text_completion";

    private readonly Lock _lock = new(); // a request's sequences may be read side by side
    private readonly StringBuilder[]? _texts;
    private readonly string?[] _finishes;
    private int _tokens;

    private GenerationTrace(Activity span, int sequences, bool capturesContent)
    {
        Span = span;
        _finishes = new string?[sequences];
        _texts = capturesContent ? [.. Enumerable.Range(0, sequences).Select(_ => new StringBuilder())] : null;
    }

    public Activity Span { get; }

    /// <summary>Null if the request that runs is not traced.</summary>
    /// <param name="settings">One for each prompt.</param>
    public static GenerationTrace? Start(ModelIdentity model, IReadOnlyList<GenerationSettings> settings, TracingOptions options)
    {
        using var scope = TraceScope.Keep();
        if (Source.StartActivity($"{Operation} {model.Name}") is not { Recorded: true } span)
        {
            return null;
        }
        var first = settings[0];
        span.SetTag("gen_ai.operation.name", Operation).SetTag("gen_ai.provider.name", "elastic_synapse")
            .SetTag("gen_ai.request.model", model.Name).SetTag("gen_ai.response.model", $"{model.Name}@{model.Version}")
            .SetTag("gen_ai.request.max_tokens", first.MaxTokens).SetTag("gen_ai.request.choice.count", first.Choices)
            .SetTag("gen_ai.request.temperature", first.Sampling.Temperature).SetTag("gen_ai.request.top_p", first.Sampling.TopP)
            .SetTag("gen_ai.request.top_k", first.Sampling.TopK).SetTag("gen_ai.request.seed", first.Sampling.Seed)
            .SetTag("gen_ai.usage.input_tokens", settings.Sum(one => one.Prompt.Tokens.Length));
        if (options.CaptureContent)
        {
            span.SetTag("gen_ai.input.messages", Messages("user", settings.Select(one => one.Prompt.Text)));
        }
        return new GenerationTrace(span, settings.Sum(one => one.Choices), options.CaptureContent);
    }

    /// <summary>A piece of a sequence has come.</summary>
    public void Add(int sequence, in GeneratedPiece piece)
    {
        if (_texts is null && piece.Finish is null)
        {
            return;
        }
        lock (_lock)
        {
            _texts?[sequence].Append(piece.Text);
            if (piece.Finish is { } finish)
            {
                _finishes[sequence] = finish == FinishReason.Length ? "length" : "stop";
                _tokens += piece.Tokens;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Span.SetTag("gen_ai.usage.output_tokens", _tokens).SetTag("gen_ai.response.finish_reasons", _finishes.OfType<string>().ToArray());
            if (_texts is not null)
            {
                Span.SetTag("gen_ai.output.messages", Messages("assistant", _texts.Select(text => text.ToString())));
            }
        }
        using (TraceScope.Keep())
        {
            Span.Stop();
        }
    }

    private static string Messages(string role, IEnumerable<string> texts) => new JsonArray([.. texts.Select(text => new JsonObject
    {
        ["role"] = role,
        ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }),
    })]).ToJsonString();
}
