using ElasticSynapse.Serving.Models;
using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Tool;

/// <summary>A checkpoint's configuration and its tensors, bound to what its family needs. The tensors' source stays open.</summary>
internal sealed class LoadedCheckpoint : IDisposable
{
    private LoadedCheckpoint(string folder, Gpt2Config? gpt2, BertConfig? bert, ITensorSource source)
    {
        (Folder, Gpt2, Bert, Source) = (folder, gpt2, bert, source);
        Naming = gpt2 is not null ? TensorNaming.Gpt2 : TensorNaming.Bert;
        Required = [.. gpt2 is not null ? Gpt2Tensors.Required(gpt2) : BertTensors.Required(bert!)];
        Optional = [.. gpt2 is not null ? Gpt2Tensors.Optional(gpt2) : []];
        Weights = CheckpointWeights.Bind(source, Naming, Required, Optional);
    }

    public string Folder { get; }

    /// <summary>Null for a BERT.</summary>
    public Gpt2Config? Gpt2 { get; }

    /// <summary>Null for a GPT-2.</summary>
    public BertConfig? Bert { get; }

    public ITensorSource Source { get; }

    public TensorNaming Naming { get; }

    public IReadOnlyList<RequiredTensor> Required { get; }

    public IReadOnlyList<RequiredTensor> Optional { get; }

    public CheckpointWeights Weights { get; }

    /// <summary>What the model is made of, by the graph's names.</summary>
    public IEnumerable<(string Name, StoredTensor Tensor)> Tensors =>
        Required.Concat(Optional).Where(t => Weights.Has(t.Name)).Select(t => (t.Name, Weights[t.Name]));

    /// <exception cref="CheckpointException">The folder cannot be served.</exception>
    public static LoadedCheckpoint Open(string folder)
    {
        var isGpt2 = ConfigFile.Recognize(folder) == ModelFamily.Gpt2;
        var gpt2 = isGpt2 ? Gpt2Config.Load(folder) : null;
        var bert = isGpt2 ? null : BertConfig.Load(folder);
        var source = CheckpointTensors.Open(folder);
        try
        {
            return new LoadedCheckpoint(folder, gpt2, bert, source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Its graph; rounded weights go to <paramref name="quantized"/>.</summary>
    public ModelProto Compile(QuantizedFile? quantized, Precision precision) => Gpt2 is not null
        ? Gpt2Graph.Compile(Gpt2, Weights, quantized, precision)
        : BertGraph.Compile(Bert!, Weights, quantized, precision);

    public void Dispose() => Source.Dispose();
}
