using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Tests.Api.TensorFlow;

/// <summary>What the first Elastic Synapse client makes of a text: a padded tf.Example of BERT's Estimator.</summary>
internal static class ClientExample
{
    public const int Length = 128;

    /// <summary>"Hello world".</summary>
    public static readonly long[] HelloWorld = [2, 534, 179, 101, 244, 112, 108, 3];

    public static readonly float[] HelloWorldScores = [0.949138f, 0.717343f, 0.680814f, 0.317102f, 0.182952f, 0.180039f];

    public static Example Of(params long[] ids)
    {
        var example = new Example { Features = new Features() };
        Add("input_ids", Padded(ids));
        Add("input_mask", Padded([.. ids.Select(_ => 1L)]));
        Add("segment_ids", new long[Length]);
        Add("is_real_example", [1]);
        Add("label_ids", new long[6]);
        return example;

        void Add(string name, long[] values)
        {
            var list = new Int64List();
            list.Value.AddRange(values);
            example.Features.Feature.Add(name, new Feature { Int64List = list });
        }
    }

    public static string Base64(params long[] ids) => Convert.ToBase64String(Of(ids).ToByteArray());

    public static long[] Padded(params long[] values) => [.. values, .. new long[Length - values.Length]];
}
