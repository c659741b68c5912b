using System.Text;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>Reads what comes as bytes: a serialized <c>tf.Example</c> with the features of BERT's Estimator, or a text.</summary>
internal sealed class ExampleReader(PaddedIds padded)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="name">The input, as errors call it.</param>
    /// <exception cref="ApiException">Neither of both.</exception>
    public ClassifierInput Read(ReadOnlySpan<byte> bytes, string name)
    {
        if (Parse(bytes) is { } features)
        {
            return Read(features, name);
        }
        // No text that people write has control characters; most broken examples do.
        return Text(bytes) is { } text && !text.Any(c => char.IsControl(c) && !char.IsWhiteSpace(c))
            ? new ClassifierInput(text, null)
            : throw ApiException.Invalid(name, $"Could not parse example input, '{name}': it is neither a tf.Example with the feature input_ids or text, nor UTF-8 text");
    }

    /// <exception cref="ApiException">The bytes are not UTF-8.</exception>
    public static string ReadText(ReadOnlySpan<byte> bytes, string name) =>
        Text(bytes) ?? throw ApiException.Invalid(name, $"'{name}' holds bytes that are not UTF-8");

    private ClassifierInput Read(MapField<string, Feature> features, string name)
    {
        if (features.TryGetValue("text", out var text) && text.BytesList?.Value is [var one])
        {
            return new ClassifierInput(ReadText(one.Span, name), null);
        }
        return new ClassifierInput(null, padded.Read(name, Values("input_ids"), Values("input_mask"), Values("segment_ids")));

        long[] Values(string feature) => features.TryGetValue(feature, out var found) && found.Int64List is { } list ? [.. list.Value] : [];
    }

    // Any text can happen to be a message, but hardly one with these features.
    private static MapField<string, Feature>? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var features = Example.Parser.ParseFrom(bytes).Features?.Feature;
            return features is not null && (features.ContainsKey("input_ids") || features.ContainsKey("text")) ? features : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
