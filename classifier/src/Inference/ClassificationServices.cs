using System.Diagnostics.Metrics;
using ElasticSynapse.Classifier.Explanation;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Classifier.Telemetry;
using ElasticSynapse.Serving.Hosting.Admission;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>What takes texts to scores, put together.</summary>
internal static class ClassificationServices
{
    // Long enough to be typical of comments, short enough for a quick trial.
    private const int MeasuredTokens = 64;

    public static void AddClassification(
        this IServiceCollection services, ServedClassifier served, ClassificationOptions options, LabelThresholds thresholds, BatchPolicy batches, RuntimeOptions runtime)
    {
        services.AddSingleton(served);
        services.AddSingleton(options);
        services.AddSingleton(batches);
        services.AddSingleton(provider => new ClassifierMetrics(provider.GetRequiredService<IMeterFactory>(), served.LabelNames));
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<CountedRequests>();
        services.AddSingleton(provider => new ClassifierSpans(served.Identity, provider.GetRequiredService<TracingOptions>()));

        services.AddSingleton(new SequenceReader(served.Tokenizer, served.MaxTokens, served.Model.Config.TokenTypes, options.WindowOverlap));
        services.AddSingleton(new TextScorer(served.Probabilities, thresholds));
        services.AddSingleton(provider => new AdmittedWork(
            served.Identity,
            new AdmissionLimit(options.MaxQueuedTexts, "texts", "Classification__MaxQueuedTexts"),
            new AdmissionLimit(options.MaxQueuedTokens, "tokens", "Classification__MaxQueuedTokens"),
            provider.GetRequiredService<WorkerCount>().Workers * batches.UsualTexts,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new LogitsCache(options.CacheBytes));
        services.AddSingleton(provider => new RequestQueue(batches, provider.GetRequiredService<WorkerCount>().Workers));
        services.AddSingleton<SequenceAdmission>();                  // cache, or room in the queue
        services.AddSingleton(provider => new TextExplainer(
            provider.GetRequiredService<SequenceReader>(), provider.GetRequiredService<TextScorer>(),
            provider.GetRequiredService<SequenceAdmission>(), options.MaxExplainedWords));
        services.AddSingleton<TextClassifier>();                     // texts -> tokens -> admission -> probabilities -> flags
        services.AddSingleton<Func<ISequenceRunner>>(() => new OnnxSequenceRunner(
            served.Model, Math.Max(served.MaxTokens, batches.MaxTokens), batches.MaxTexts));
        services.AddSingleton(provider => Workers(runtime, served, provider.GetRequiredService<Func<ISequenceRunner>>()));
        services.AddHostedService<InferenceWorkers>();               // queue -> session -> logits
    }

    private static WorkerCount Workers(RuntimeOptions runtime, ServedClassifier served, Func<ISequenceRunner> newRunner)
    {
        var sequence = new TokenSequence([.. Enumerable.Repeat(served.Tokenizer.SeparatorId, Math.Min(MeasuredTokens, served.MaxTokens))]);
        // A device runs what it has at once.
        return WorkerCount.Of(runtime, served.DeviceChoice.Device.IsCuda ? 1 : Environment.ProcessorCount, workers => WorkerCount.Measure(workers, newRunner, sequence));
    }
}
