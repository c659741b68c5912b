using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>The signatures that the service publishes. They say what a client should send; what it may send is told by the
/// inputs themselves, so that the default signature takes raw texts and features too.</summary>
internal static class Signatures
{
    public const string Default = "serving_default";
    public const string Text = "text";
    public const string Ids = "ids";
    public const string Classify = "classify";

    public const string Probabilities = "probabilities";

    private const string Method = "tensorflow/serving/";

    /// <exception cref="ApiException">No signature of that name, or one for another verb.</exception>
    public static void Check(string name, string verb)
    {
        if (name is not (Default or Text or Ids or Classify))
        {
            throw ApiException.Invalid("signature_name", $"Serving signature name: \"{Excerpt.Of(name)}\" not found in signature def");
        }
        var its = name == Classify ? "classify" : "predict";
        if (its != verb)
        {
            var kind = verb switch { "classify" => "classification", "regress" => "regression", _ => "prediction" };
            throw ApiException.Invalid("signature_name", $"Expected {kind} signature method_name to be {Method}{verb}. Was: {Method}{its}");
        }
    }

    /// <summary>By name.</summary>
    /// <param name="labels">Of the model.</param>
    public static SignatureDefMap Describe(int labels)
    {
        var map = new SignatureDefMap();
        map.SignatureDef.Add(Default, Predict(labels, ("examples", DataType.DtString, [-1], "input_example_tensor:0")));
        map.SignatureDef.Add(Text, Predict(labels, ("text", DataType.DtString, [-1], "text:0")));
        map.SignatureDef.Add(Ids, Predict(labels,
            ("input_ids", DataType.DtInt64, [-1, -1], "input_ids:0"),
            ("input_mask", DataType.DtInt64, [-1, -1], "input_mask:0"),
            ("segment_ids", DataType.DtInt64, [-1, -1], "segment_ids:0")));
        var classify = new SignatureDef { MethodName = Method + "classify" };
        classify.Inputs.Add("inputs", Info(DataType.DtString, [-1], "input_example_tensor:0"));
        classify.Outputs.Add("classes", Info(DataType.DtString, [-1, labels], "labels:0"));
        classify.Outputs.Add("scores", Info(DataType.DtFloat, [-1, labels], "loss/Sigmoid:0"));
        map.SignatureDef.Add(Classify, classify);
        return map;
    }

    private static SignatureDef Predict(int labels, params (string Name, DataType Type, long[] Shape, string Tensor)[] inputs)
    {
        var signature = new SignatureDef { MethodName = Method + "predict" };
        foreach (var (name, type, shape, tensor) in inputs)
        {
            signature.Inputs.Add(name, Info(type, shape, tensor));
        }
        signature.Outputs.Add(Probabilities, Info(DataType.DtFloat, [-1, labels], "loss/Sigmoid:0"));
        return signature;
    }

    private static TensorInfo Info(DataType type, long[] shape, string tensor) =>
        new() { Name = tensor, Dtype = type, TensorShape = TensorFlowTensor.Shape(shape) };
}
