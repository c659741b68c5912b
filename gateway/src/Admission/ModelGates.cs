using System.Collections.Concurrent;

namespace ElasticSynapse.Gateway.Admission;

/// <summary>The gate of each model.</summary>
internal sealed class ModelGates(AdmissionOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ModelGate> _gates = [];

    public ModelGate Of(string model) => _gates.GetOrAdd(model, static (name, state) => new ModelGate(name, state.options, state.time), (options, time));

    public IEnumerable<KeyValuePair<string, ModelGate>> All => _gates;
}
