using System.Diagnostics.Metrics;
using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer;

/// <summary>What the generator counts. No metric name stands outside this class.</summary>
internal sealed class GeneratorMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _promptTokens;
    private readonly Counter<long> _generatedTokens;
    private readonly Counter<long> _sequences;

    public GeneratorMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("ElasticSynapse.ModelServer");
        _promptTokens = _meter.CreateCounter<long>("elastic_synapse.generator.prompt_tokens", "{token}", "Prompt tokens taken up.");
        _generatedTokens = _meter.CreateCounter<long>("elastic_synapse.generator.generated_tokens", "{token}", "Tokens generated.");
        _sequences = _meter.CreateCounter<long>("elastic_synapse.generator.sequences", "{sequence}", "Sequences ended, by outcome: stop, length, cancelled, failed.");
    }

    public void ObserveAdmitted(Func<int> admitted) => _meter.CreateObservableGauge(
        "elastic_synapse.generator.admitted_sequences", admitted, "{sequence}", "Sequences waiting or running.");

    public void ObserveRunning(Func<int> running) => _meter.CreateObservableGauge(
        "elastic_synapse.generator.running_sequences", running, "{sequence}", "Sequences that hold a slot of the KV cache.");

    public void PromptTokens(int count) => _promptTokens.Add(count);

    public void TokenGenerated() => _generatedTokens.Add(1);

    public void SequenceFinished(FinishReason reason) => Ended(reason == FinishReason.Stop ? "stop" : "length");

    public void SequenceCancelled() => Ended("cancelled");

    public void SequenceFailed() => Ended("failed");

    private void Ended(string outcome) => _sequences.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
