using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Serving.Hosting.OpenInference;

/// <summary>Triton's classification extension: instead of an output's values its best classes, <c>value:index:label</c>.</summary>
internal static class ClassificationOutput
{
    /// <param name="output">[batch, labels] of FP32.</param>
    /// <param name="classCount">Classes wanted of each row; all if there are fewer.</param>
    /// <param name="model">Knows the labels.</param>
    /// <returns>[batch, classes] of BYTES, highest value first; equal ones in the labels' order.</returns>
    public static InferTensor Of(InferTensor output, int classCount, OpenInferenceModel model)
    {
        if (model.Labels is not { } labels || output.Values is not float[] values)
        {
            throw ApiException.Invalid("outputs", $"'{output.Name}' of {model.Identity} has no classes: the parameter 'classification' can't be used");
        }
        var classes = Math.Min(classCount, labels.Count);
        var texts = values.Chunk(labels.Count).SelectMany(row => row
            .Select((value, index) => (Value: value, Index: index))
            .OrderByDescending(item => item.Value)
            .Take(classes)
            .Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Value:F6}:{item.Index}:{labels[item.Index]}")));
        return new InferTensor(output.Name, TensorDatatype.Bytes, [output.Shape[0], classes], texts.ToArray());
    }
}
