using System.Globalization;
using System.Text.RegularExpressions;

namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>Log-probabilities in answers: their last digits depend on the processor, so that they are compared on their own.</summary>
internal static partial class Logprobs
{
    /// <summary>Puts # for each, after comparing it with what is expected.</summary>
    public static string Replace(string json, IReadOnlyList<float> expected)
    {
        var values = Number().Matches(json).Select(match => float.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(expected.Count, values.Count);
        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 3e-4f));
        return Number().Replace(json, "\"logprob\":#");
    }

    [GeneratedRegex("\"logprob\":(?<value>-?[0-9][0-9.eE+-]*)")]
    private static partial Regex Number();
}
