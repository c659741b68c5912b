using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>The sampling parameters of a request: greedy unless it asks for sampling in one way or another.</summary>
/// <param name="Parameters">Without the tokens that end a text.</param>
/// <param name="IsSeedGiven">Whether the caller chose the seed.</param>
internal sealed record TgiSampling(SamplingParameters Parameters, bool IsSeedGiven)
{
    public bool IsGreedy => Parameters.IsGreedy;

    /// <summary>What the details tell; null for greedy.</summary>
    public ulong? Seed => IsGreedy ? null : (ulong)Parameters.Seed;

    /// <exception cref="ApiException">A value that the router would refuse.</exception>
    public static TgiSampling Read(JsonFields parameters, bool samplesByDefault)
    {
        var temperature = Positive(parameters, "temperature");
        var topK = parameters.Integer("top_k") is { } k
            ? k > 0 ? (int)Math.Min(k, int.MaxValue) : throw ApiException.Invalid("top_k", "`top_k` must be strictly positive")
            : 0;
        var topP = Share(parameters, "top_p");
        var typicalP = Share(parameters, "typical_p");
        var samples = (parameters.Boolean("do_sample") ?? samplesByDefault)
            || temperature is not (null or 1) || topK > 0 || topP is not null || typicalP is not null;
        var seed = ReadSeed(parameters);
        return new TgiSampling(
            new SamplingParameters
            {
                Temperature = samples ? temperature ?? 1 : 0,
                TopK = topK,
                TopP = topP ?? 1,
                TypicalP = typicalP ?? 1,
                RepetitionPenalty = Positive(parameters, "repetition_penalty") ?? 1,
                FrequencyPenalty = FrequencyPenalty(parameters),
                Seed = seed is { } given ? (long)given : RandomSeed.Next(),
            },
            seed is not null);
    }

    private static float? Positive(JsonFields parameters, string name) => parameters.Number(name) switch
    {
        null => null,
        > 0 and <= float.MaxValue and var value when (float)value > 0 => (float)value,
        _ => throw ApiException.Invalid(name, $"`{name}` must be strictly positive"),
    };

    private static float? Share(JsonFields parameters, string name) => parameters.Number(name) switch
    {
        null => null,
        > 0 and < 1 and var value => (float)value,
        _ => throw ApiException.Invalid(name, $"`{name}` must be > 0.0 and < 1.0"),
    };

    private static float FrequencyPenalty(JsonFields parameters) => parameters.Number("frequency_penalty") switch
    {
        null => 0,
        >= -2 and <= 2 and var value => (float)value,
        _ => throw ApiException.Invalid("frequency_penalty", "`frequency_penalty` must be >= -2.0 and <= 2.0"),
    };

    // Unsigned, unlike everywhere else.
    private static ulong? ReadSeed(JsonFields parameters) => parameters.Element("seed") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } element when element.TryGetUInt64(out var seed) => seed,
        { } element => throw JsonFields.Mistake("seed", "a whole number of at least 0 and at most 64 bits", element),
    };
}
