using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.OpenInference;

/// <summary>The parameters of the protocol's generate and, for a generator, of its infer.</summary>
internal sealed record GenerateParameters
{
    private const int DefaultMaxTokens = 20;
    private const int MaxStops = 64;

    public required SamplingParameters Sampling { get; init; }

    /// <summary>Null for 20, or as many as fit.</summary>
    public required int? MaxTokens { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    /// <summary>Whether the answer tells tokens and why the text ended.</summary>
    public required bool Details { get; init; }

    public required bool ExcludesInput { get; init; }

    /// <param name="fields">In the order in which a field is looked for.</param>
    /// <exception cref="ApiException">A field that can't be accepted.</exception>
    public static GenerateParameters Read(params IReadOnlyList<JsonFields> fields)
    {
        JsonFields With(string name) => fields.FirstOrDefault(one => one.Element(name) is not null) ?? fields[0];
        return new GenerateParameters
        {
            Sampling = new SamplingParameters
            {
                Temperature = (float)(With("temperature").Number("temperature", 0, 100) ?? 1),
                TopP = (float)(With("top_p").Number("top_p", 0, 1) ?? 1),
                TopK = (int)Math.Max(0, With("top_k").Integer("top_k", -1, int.MaxValue) ?? 0),
                RepetitionPenalty = (float)(With("repetition_penalty").Number("repetition_penalty", 0.01, 100) ?? 1),
                Seed = With("seed").Integer("seed") ?? RandomSeed.Next(),
            },
            MaxTokens = (int?)With("max_tokens").Integer("max_tokens", 1, int.MaxValue),
            Stops = [.. Texts(With("stop"), "stop"), .. Texts(With("stop_words"), "stop_words")],
            Details = With("details").Boolean("details") ?? false,
            ExcludesInput = With("exclude_input_in_output").Boolean("exclude_input_in_output") ?? true,
        };
    }

    /// <exception cref="ApiException">The text and what is asked for don't fit into the context.</exception>
    public GenerationSettings Settings(string text, string field, ServedGenerator generator)
    {
        var prompt = Prompt.Of(text, generator);
        var room = generator.MaxTokens - prompt.Tokens.Length;
        if (room < (MaxTokens ?? 1))
        {
            throw new ApiException(ErrorKind.ContextLengthExceeded, string.Create(CultureInfo.InvariantCulture,
                $"'{field}' has {prompt.Tokens.Length:N0} tokens and max_tokens is {MaxTokens ?? DefaultMaxTokens:N0}; {generator.Identity} accepts {generator.MaxTokens:N0} together"), field);
        }
        return new GenerationSettings
        {
            Prompt = prompt,
            MaxTokens = MaxTokens ?? Math.Min(DefaultMaxTokens, room),
            Sampling = Sampling with { EndTokens = generator.EndTokens },
            Stops = Stops,
            Echo = !ExcludesInput,
            TopLogprobs = Details ? 0 : null,
        };
    }

    // One string or several, none of them empty. Triton's clients send an empty one for none.
    private static IEnumerable<string> Texts(JsonFields fields, string name)
    {
        var texts = fields.Element(name) is { ValueKind: JsonValueKind.String } ? [fields.Required(name)] : fields.Strings(name) ?? [];
        return texts.Count <= MaxStops
            ? texts.Where(text => text.Length > 0)
            : throw ApiException.Invalid(fields.At(name), $"'{fields.At(name)}' has {texts.Count:N0} strings; this server accepts {MaxStops}");
    }
}
