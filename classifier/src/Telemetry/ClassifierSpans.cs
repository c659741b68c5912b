using System.Diagnostics;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Classifier.Telemetry;

/// <summary>The classifier's own spans: one for what a request classifies, and within it its tokenization, its wait for a worker and
/// its inference. Made only for requests that are traced.</summary>
internal sealed class ClassifierSpans(ModelIdentity model, TracingOptions options)
{
    /// <summary>Of this service's spans.</summary>
    public static readonly ActivitySource Source = new("ElasticSynapse.Classifier");

    private const string Operation = "classify";

    public Activity? Classify(int inputs)
    {
        var span = Source.StartActivity($"{Operation} {model.Name}");
        span?.SetTag("gen_ai.operation.name", Operation).SetTag("gen_ai.provider.name", "elastic_synapse")
            .SetTag("gen_ai.request.model", model.Name).SetTag("gen_ai.response.model", $"{model.Name}@{model.Version}")
            .SetTag("elastic_synapse.texts", inputs);
        return span;
    }

    public static Activity? Tokenize() => Source.StartActivity("tokenize");

    /// <summary>What was read and answered.</summary>
    /// <param name="inputs">None where the client sent tokens.</param>
    public void Describe(Activity? span, IReadOnlyList<TextInput> inputs, ClassifiedTexts classified)
    {
        if (span is not { Recorded: true })
        {
            return;
        }
        span.SetTag("gen_ai.usage.input_tokens", classified.Scores.Sum(score => score.Tokens));
        if (options.CaptureContent)
        {
            span.SetTag("elastic_synapse.texts.content", inputs.SelectMany(input => new[] { input.Text, input.Second }).OfType<string>().ToArray());
        }
    }
}
