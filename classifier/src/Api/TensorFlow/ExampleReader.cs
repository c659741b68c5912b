using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Reads examples: a serialized <c>tf.Example</c> with the features of BERT's Estimator or a text, or a text by
/// itself.</summary>
internal sealed class ExampleReader(PaddedIds padded)
{
    private const string Text = "text";
    private const string Ids = "input_ids";

    /// <param name="name">The input, as errors call it.</param>
    /// <exception cref="ApiException">Neither an example that the model can read nor a text.</exception>
    public ClassifierInput Read(ReadOnlySpan<byte> bytes, string name) => Read(Features(bytes, name), name);

    /// <summary>The features of one example; what the model does not know is ignored, as TensorFlow's parser does.</summary>
    /// <exception cref="ApiException">They hold nothing that the model can read.</exception>
    public ClassifierInput Read(MapField<string, Feature> features, string name)
    {
        if (features.TryGetValue(Text, out var text) && text.KindCase != Feature.KindOneofCase.None)
        {
            Check(text, Feature.KindOneofCase.BytesList, Text, name);
            return text.BytesList.Value is [var one]
                ? new ClassifierInput(ReadText(one.Span, name), null)
                : throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"'{name}.{Text}' has {text.BytesList.Value.Count:N0} values; accepted: 1"));
        }
        if (!features.ContainsKey(Ids))
        {
            throw ApiException.Invalid(name, $"Could not parse example input, '{name}': it has neither {Text} nor {Ids}");
        }
        return new ClassifierInput(null, padded.Read(name, Values(Ids), Values("input_mask"), Values("segment_ids")));

        long[] Values(string feature)
        {
            if (!features.TryGetValue(feature, out var found) || found.KindCase == Feature.KindOneofCase.None)
            {
                return [];
            }
            Check(found, Feature.KindOneofCase.Int64List, feature, name);
            return [.. found.Int64List.Value];
        }
    }

    /// <summary>The features of a serialized example, or a text as the only one.</summary>
    public static MapField<string, Feature> Features(ReadOnlySpan<byte> bytes, string name)
    {
        var features = Parse(bytes);
        if (features is not null && (features.ContainsKey(Ids) || features.ContainsKey(Text)))
        {
            return features;
        }
        // A text can happen to be a message, though hardly one with features; an example of another model often happens to be text.
        var isExample = features is { Count: > 0 } || (features is not null && bytes.ContainsAnyInRange((byte)0, (byte)8));
        if (isExample || !Utf8.IsValid(bytes))
        {
            throw ApiException.Invalid(name, $"Could not parse example input, '{name}': it is neither a tf.Example with the feature {Ids} or {Text}, nor UTF-8 text");
        }
        return new MapField<string, Feature> { [Text] = new Feature { BytesList = new BytesList { Value = { ByteString.CopyFrom(bytes) } } } };
    }

    /// <exception cref="ApiException">The bytes are not UTF-8.</exception>
    public static string ReadText(ReadOnlySpan<byte> bytes, string name) => Utf8.IsValid(bytes)
        ? Encoding.UTF8.GetString(bytes)
        : throw ApiException.Invalid(name, $"'{name}' holds bytes that are not UTF-8");

    private static void Check(Feature feature, Feature.KindOneofCase expected, string key, string name)
    {
        if (feature.KindCase != expected)
        {
            throw ApiException.Invalid(name, $"'{name}': Key: {key}. Data types don't match. Data type: {TypeName(feature.KindCase)} but expected type: {TypeName(expected)}");
        }
    }

    private static string TypeName(Feature.KindOneofCase kind) => kind switch
    {
        Feature.KindOneofCase.BytesList => "string",
        Feature.KindOneofCase.FloatList => "float",
        _ => "int64",
    };

    // Null for what is no example.
    private static MapField<string, Feature>? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Example.Parser.ParseFrom(bytes).Features?.Feature;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
