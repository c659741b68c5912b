using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>A request of Text Generation Inference, checked as its router does, with its texts.</summary>
internal sealed record TgiRequest
{
    /// <summary>As they came: what <c>return_full_text</c> repeats, whatever <c>truncate</c> leaves of it.</summary>
    public required string Inputs { get; init; }

    /// <summary>After <c>truncate</c>.</summary>
    public required Prompt Prompt { get; init; }

    public required TgiSampling Sampling { get; init; }

    public required int MaxNewTokens { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    public required int BestOf { get; init; }

    public required bool ReturnFullText { get; init; }

    public required bool Details { get; init; }

    /// <summary>Whether the details tell the prompt's tokens.</summary>
    public required bool PromptDetails { get; init; }

    /// <summary>How many of the likeliest tokens are told with each.</summary>
    public required int TopTokens { get; init; }

    /// <exception cref="ApiException">As the router would refuse it.</exception>
    public static TgiRequest Read(JsonFields json, ServedGenerator generator, bool isStream)
    {
        var inputs = json.Required("inputs");
        var given = json.Object("parameters");
        // A request without parameters samples; one with any is greedy unless it says otherwise.
        var parameters = given ?? new JsonFields(JsonElement.Parse("{}"u8));
        RefuseUnsupported(parameters);
        var sampling = TgiSampling.Read(parameters, samplesByDefault: given is null);
        var prompt = ReadPrompt(inputs, parameters, generator);
        var promptDetails = parameters.Boolean("decoder_input_details") ?? false;
        if (promptDetails && isStream)
        {
            throw Invalid("decoder_input_details", "`decoder_input_details` == true is not supported when streaming tokens");
        }
        return new TgiRequest
        {
            Inputs = inputs,
            Prompt = prompt,
            Sampling = sampling,
            MaxNewTokens = ReadMaxNewTokens(parameters, prompt, generator),
            Stops = ReadStops(parameters),
            BestOf = ReadBestOf(parameters, sampling, isStream),
            ReturnFullText = parameters.Boolean("return_full_text") ?? false,
            Details = promptDetails || (parameters.Boolean("details") ?? false),
            PromptDetails = promptDetails,
            TopTokens = ReadTopTokens(parameters),
        };
    }

    /// <param name="tellsTokens">Whether the answer names tokens and their log-probabilities.</param>
    public GenerationSettings Settings(bool tellsTokens, ServedGenerator generator) => new()
    {
        Prompt = Prompt,
        MaxTokens = MaxNewTokens,
        Sampling = Sampling.Parameters with { EndTokens = generator.EndTokens },
        StopRule = Stops.Count == 0 ? null : () => new EndingStops(Stops),
        TopLogprobs = tellsTokens ? TopTokens : null,
        Echo = PromptDetails,
        IsRanked = BestOf > 1,
    };

    private static void RefuseUnsupported(JsonFields parameters)
    {
        foreach (var name in new[] { "grammar", "adapter_id" })
        {
            if (parameters.Element(name) is not null)
            {
                throw Invalid(name, $"`{name}` is not supported by this server");
            }
        }
        // Has no effect on the text, so it can't do without a check of its form only.
        parameters.Boolean("watermark");
    }

    private static Prompt ReadPrompt(string inputs, JsonFields parameters, ServedGenerator generator)
    {
        if (inputs.Length == 0)
        {
            throw Invalid("inputs", "`inputs` cannot be empty");
        }
        var prompt = Prompt.Of(inputs, generator);
        var most = TgiLimits.InputTokens(generator);
        if (parameters.Integer("truncate") is { } truncate)
        {
            if (truncate <= 0 || truncate > most)
            {
                throw Invalid("truncate", Text($"`truncate` must be strictly positive and less than {most}. Given: {truncate}"));
            }
            return prompt.Last((int)truncate, generator);
        }
        return prompt.Tokens.Length <= most
            ? prompt
            : throw Invalid("inputs", Text($"`inputs` must have less than {most} tokens. Given: {prompt.Tokens.Length}"));
    }

    private static int ReadMaxNewTokens(JsonFields parameters, Prompt prompt, ServedGenerator generator)
    {
        var room = generator.MaxTokens - prompt.Tokens.Length;
        return parameters.Integer("max_new_tokens") switch
        {
            null => room,
            <= 0 => throw Invalid("max_new_tokens", "`max_new_tokens` must be strictly positive"),
            { } asked when asked > room => throw Invalid("max_new_tokens", Text(
                $"`inputs` tokens + `max_new_tokens` must be <= {generator.MaxTokens}. Given: {prompt.Tokens.Length} `inputs` tokens and {asked} `max_new_tokens`")),
            { } asked => (int)asked,
        };
    }

    private static IReadOnlyList<string> ReadStops(JsonFields parameters)
    {
        var stops = parameters.Strings("stop") ?? [];
        if (stops.Count > TgiLimits.StopSequences)
        {
            throw Invalid("stop", Text($"`stop` supports up to {TgiLimits.StopSequences} stop sequences. Given: {stops.Count}"));
        }
        return [.. stops.Where(stop => stop.Length > 0)];
    }

    private static int ReadBestOf(JsonFields parameters, TgiSampling sampling, bool isStream)
    {
        var bestOf = parameters.Integer("best_of") ?? 1;
        if (bestOf is <= 0 or > TgiLimits.BestOf)
        {
            throw Invalid("best_of", Text($"`best_of` must be > 0 and <= {TgiLimits.BestOf}. Given: {bestOf}"));
        }
        return bestOf switch
        {
            1 => 1,
            _ when sampling.IsGreedy => throw Invalid("best_of", "you must use sampling when `best_of` is > 1"),
            _ when sampling.IsSeedGiven => throw Invalid("best_of", "`seed` must not be set when `best_of` is > 1"),
            _ when isStream => throw Invalid("best_of", "`best_of` != 1 is not supported when streaming tokens"),
            _ => (int)bestOf,
        };
    }

    private static int ReadTopTokens(JsonFields parameters)
    {
        var count = parameters.Integer("top_n_tokens") ?? 0;
        return count is >= 0 and <= TgiLimits.TopTokens
            ? (int)count
            : throw Invalid("top_n_tokens", Text($"`top_n_tokens` must be >= 0 and <= {TgiLimits.TopTokens}. Given: {count}"));
    }

    private static ApiException Invalid(string parameter, string message) => ApiException.Invalid(parameter, message);

    private static string Text(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);
}
