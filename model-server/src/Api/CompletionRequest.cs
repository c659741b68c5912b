using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Model;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>A request of the OpenAI completions API, checked, with the fields that vLLM adds for sampling.</summary>
internal sealed record CompletionRequest
{
    private const int MaxChoices = 128;
    private const int MaxBestOf = 20;
    private const int MaxTopLogprobs = 5;
    private const int MaxLogitBias = 100;
    private const int MaxStops = 64;
    private const int MaxStopLength = 1_000;

    /// <summary>As the caller called it.</summary>
    public required string Model { get; init; }

    /// <summary>One sequence of tokens for each prompt.</summary>
    public required IReadOnlyList<Prompt> Prompts { get; init; }

    /// <summary>Choices for each prompt.</summary>
    public required int Choices { get; init; }

    /// <summary>Sequences to generate for each prompt, of which the likeliest become its choices.</summary>
    public required int BestOf { get; init; }

    /// <summary>Set for beam search.</summary>
    public required BeamParameters? Beams { get; init; }

    /// <summary>Null when the caller left it out: 16, or as many as still fit.</summary>
    public required int? MaxTokens { get; init; }

    public required SamplingParameters Sampling { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    /// <summary>Whether the answer ends behind the stop string instead of before it.</summary>
    public required bool IncludeStop { get; init; }

    /// <summary>Whether special tokens that don't end the text are shown as their text.</summary>
    public required bool ShowsSpecialTokens { get; init; }

    public required bool Echo { get; init; }

    /// <summary>How many of the likeliest tokens are told with each token; null for no log-probabilities.</summary>
    public required int? TopLogprobs { get; init; }

    public required bool Stream { get; init; }

    /// <summary>Whether the last event of a stream tells the usage.</summary>
    public required bool IncludeUsage { get; init; }

    /// <param name="json">The body.</param>
    /// <param name="generator">Who serves it.</param>
    /// <param name="maxBeams">Beams that run together at most.</param>
    /// <exception cref="ApiException">A field that can't be accepted, or the model is another's.</exception>
    public static CompletionRequest Read(JsonRequest json, ServedGenerator generator, int maxBeams)
    {
        var model = json.String("model") is { } named && !ModelIdentity.IsAddress(named) ? named : null;
        generator.Identity.Check(model);
        UnsupportedFields.Refuse(json);

        var choices = ReadChoices(json);
        var beams = BeamFields.Read(json, choices, maxBeams);
        var stream = json.Boolean("stream") ?? false;
        return new CompletionRequest
        {
            Model = model ?? generator.Identity.Name,
            Prompts = ReadPrompts(json, generator),
            Choices = choices,
            BestOf = beams is null ? ReadBestOf(json, choices, stream) : choices,
            Beams = beams,
            MaxTokens = (int?)json.Integer("max_tokens", 0, int.MaxValue),
            Sampling = ReadSampling(json, generator),
            Stops = ReadStops(json),
            IncludeStop = json.Boolean("include_stop_str_in_output") ?? false,
            ShowsSpecialTokens = !(json.Boolean("skip_special_tokens") ?? true),
            Echo = json.Boolean("echo") ?? false,
            TopLogprobs = (int?)json.Integer("logprobs", 0, MaxTopLogprobs),
            Stream = stream,
            IncludeUsage = ReadIncludeUsage(json, stream),
        };
    }

    private static IReadOnlyList<Prompt> ReadPrompts(JsonRequest json, ServedGenerator generator)
    {
        var prompts = PromptReader.Read(json, generator);
        return json.Integer("truncate_prompt_tokens", 1, int.MaxValue) is { } most
            ? [.. prompts.Select(prompt => prompt.Last((int)most, generator))]
            : prompts;
    }

    // num_return_sequences is Hugging Face's name for n.
    private static int ReadChoices(JsonRequest json)
    {
        var n = (int?)json.Integer("n", 1, MaxChoices);
        var returned = (int?)json.Integer("num_return_sequences", 1, MaxChoices);
        return n is not null && returned is not null && n != returned
            ? throw ApiException.Invalid("num_return_sequences", $"'num_return_sequences' is {returned} and 'n' is {n}, which mean the same; leave one of them out")
            : returned ?? n ?? 1;
    }

    private static int ReadBestOf(JsonRequest json, int choices, bool stream)
    {
        var bestOf = (int)(json.Integer("best_of", 0, Math.Max(MaxBestOf, choices)) ?? 0);
        if (bestOf == 0)
        {
            return choices;
        }
        if (bestOf < choices)
        {
            throw ApiException.Invalid("best_of", $"'best_of' is {bestOf} and 'n' is {choices}: more choices than would be generated; leave 'best_of' out");
        }
        return stream && bestOf > choices
            ? throw ApiException.Invalid("best_of", $"'best_of' is {bestOf} and 'n' is {choices}: which texts are best is known at their end only, so 'stream' must be false")
            : bestOf;
    }

    private static FrozenSet<int> ReadEndTokens(JsonRequest json, ServedGenerator generator)
    {
        var stops = json.Element("stop_token_ids") switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } array => TokenIds.Read(array, "stop_token_ids", generator),
            { } element => throw JsonRequest.Mistake("stop_token_ids", "an array of token ids", element),
        };
        return (json.Boolean("ignore_eos") ?? false ? stops : stops.Concat(generator.EndTokens)).ToFrozenSet();
    }

    private static SamplingParameters ReadSampling(JsonRequest json, ServedGenerator generator) => new()
    {
        Temperature = (float)(json.Number("temperature", 0, 2) ?? 1),
        TopP = (float)(json.Number("top_p", 0, 1) ?? 1),
        // vLLM's clients say -1 for off.
        TopK = (int)Math.Max(0, json.Integer("top_k", -1, int.MaxValue) ?? 0),
        MinP = (float)(json.Number("min_p", 0, 1) ?? 0),
        RepetitionPenalty = (float)(json.Number("repetition_penalty", 0.01, 100) ?? 1),
        PresencePenalty = (float)(json.Number("presence_penalty", -2, 2) ?? 0),
        FrequencyPenalty = (float)(json.Number("frequency_penalty", -2, 2) ?? 0),
        LogitBias = ReadLogitBias(json, generator),
        MinTokens = (int)(json.Integer("min_tokens", 0, json.Integer("max_tokens", 0, int.MaxValue) ?? int.MaxValue) ?? 0),
        EndTokens = ReadEndTokens(json, generator),
        Seed = json.Integer("seed") ?? RandomSeed.Next(),
        NoRepeatNgramSize = (int)(json.Integer("no_repeat_ngram_size", 0, int.MaxValue) ?? 0),
    };

    private static Dictionary<int, float> ReadLogitBias(JsonRequest json, ServedGenerator generator)
    {
        var biases = new Dictionary<int, float>();
        if (json.Element("logit_bias") is not { } element)
        {
            return biases;
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw JsonRequest.Mistake("logit_bias", "an object from token ids to numbers", element);
        }
        foreach (var member in element.EnumerateObject())
        {
            var token = TokenIds.Read(member, "logit_bias", generator);
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetSingle(out var bias) || !(Math.Abs(bias) <= MaxLogitBias))
            {
                throw JsonRequest.Mistake($"logit_bias.{token.ToString(CultureInfo.InvariantCulture)}", $"a number between -{MaxLogitBias} and {MaxLogitBias}", member.Value);
            }
            biases[token] = bias;
        }
        return biases;
    }

    private static List<string> ReadStops(JsonRequest json)
    {
        if (json.Element("stop") is not { } element)
        {
            return [];
        }
        var stops = element.ValueKind switch
        {
            JsonValueKind.String => [JsonRequest.AsString(element, "stop")],
            JsonValueKind.Array => element.EnumerateArray()
                .Select((item, index) => JsonRequest.AsString(item, string.Create(CultureInfo.InvariantCulture, $"stop[{index}]")))
                .ToList(),
            _ => throw JsonRequest.Mistake("stop", "a string or an array of strings", element),
        };
        if (stops.Count > MaxStops)
        {
            throw ApiException.Invalid("stop", $"'stop' has {stops.Count:N0} strings; this server accepts {MaxStops}");
        }
        foreach (var stop in stops)
        {
            if (stop.Length is 0 or > MaxStopLength)
            {
                throw ApiException.Invalid("stop", $"'stop' holds a string of {stop.Length:N0} characters; this server accepts 1 to {MaxStopLength:N0}");
            }
        }
        return stops;
    }

    private static bool ReadIncludeUsage(JsonRequest json, bool stream)
    {
        if (json.Element("stream_options") is not { } options)
        {
            return false;
        }
        if (!stream)
        {
            throw ApiException.Invalid("stream_options", "'stream_options' is only allowed when 'stream' is true");
        }
        if (options.ValueKind != JsonValueKind.Object)
        {
            throw JsonRequest.Mistake("stream_options", "an object", options);
        }
        return JsonRequest.Element(options, "include_usage", "stream_options") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            { } usage => throw JsonRequest.Mistake("stream_options.include_usage", "true or false", usage),
        };
    }
}
