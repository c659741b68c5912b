using System.Globalization;
using ElasticSynapse.Serving.Models.Onnx;

namespace ElasticSynapse.Serving.Models;

/// <summary>Where the weights of a graph lie: in files, as bytes from an offset on.</summary>
internal static class ExternalData
{
    private const string Location = "location", Start = "offset", Length = "length";

    /// <summary>Says where a weight lies.</summary>
    public static void Place(TensorProto weight, string file, long offset, long byteLength)
    {
        weight.DataLocation = TensorProto.Types.DataLocation.External;
        weight.ExternalData.Clear();
        weight.ExternalData.Add(new StringStringEntryProto { Key = Location, Value = file });
        weight.ExternalData.Add(new StringStringEntryProto { Key = Start, Value = offset.ToString(CultureInfo.InvariantCulture) });
        weight.ExternalData.Add(new StringStringEntryProto { Key = Length, Value = byteLength.ToString(CultureInfo.InvariantCulture) });
    }

    /// <summary>The file that a weight lies in.</summary>
    public static string File(TensorProto weight) => Value(weight, Location);

    public static long Offset(TensorProto weight) => long.Parse(Value(weight, Start), CultureInfo.InvariantCulture);

    public static long ByteLength(TensorProto weight) => long.Parse(Value(weight, Length), CultureInfo.InvariantCulture);

    /// <summary>The weights that lie in files.</summary>
    public static IEnumerable<TensorProto> Weights(ModelProto model) =>
        model.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External);

    /// <summary>The files that the weights lie in.</summary>
    public static IReadOnlyList<string> Files(ModelProto model) => [.. Weights(model).Select(File).Distinct(StringComparer.Ordinal)];

    /// <summary>Gives every file the name that it has elsewhere.</summary>
    public static void Rename(ModelProto model, Func<string, string> rename)
    {
        foreach (var weight in Weights(model).ToArray())
            Place(weight, rename(File(weight)), Offset(weight), ByteLength(weight));
    }

    private static string Value(TensorProto weight, string key) => weight.ExternalData.First(entry => entry.Key == key).Value;
}
