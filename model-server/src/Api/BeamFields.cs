using System.Globalization;
using System.Text.Json;
using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>Reads the fields of beam search: Hugging Face's <c>num_beams</c>, <c>length_penalty</c> and <c>early_stopping</c>, and
/// <c>use_beam_search</c> as older vLLM clients send it, with <c>best_of</c> for the width.</summary>
internal static class BeamFields
{
    // What a search would leave without effect, with the value at which that is no loss.
    private static readonly (string Name, double[] Neutral)[] SamplingFields =
        [("temperature", [0, 1]), ("top_p", [1]), ("top_k", [-1, 0]), ("min_p", [0])];

    /// <param name="json">The body.</param>
    /// <param name="choices">Texts to return for each prompt.</param>
    /// <param name="maxWidth">Beams that the server runs together at most.</param>
    /// <returns>Null for no beam search.</returns>
    public static BeamParameters? Read(JsonRequest json, int choices, int maxWidth)
    {
        var width = (int)(json.Integer("num_beams", 1, maxWidth) ?? 1);
        if (json.Boolean("use_beam_search") ?? false)
        {
            width = json.Element("num_beams") is null ? (int)(json.Integer("best_of", 1, maxWidth) ?? choices) : width;
            if (width < 2)
            {
                throw ApiException.Invalid("use_beam_search", "'use_beam_search' is true, but there is one beam only; 'num_beams' or 'best_of' must be at least 2");
            }
        }
        if (width == 1)
        {
            RefuseWithoutBeams(json);
            return null;
        }
        Check(json, choices, width);
        return new BeamParameters
        {
            Width = width,
            LengthPenalty = (float)(json.Number("length_penalty", -100, 100) ?? 1),
            EarlyStopping = json.Element("early_stopping") switch
            {
                null or { ValueKind: JsonValueKind.False } => EarlyStopping.Heuristic,
                { ValueKind: JsonValueKind.True } => EarlyStopping.WhenFull,
                { ValueKind: JsonValueKind.String } text when text.ValueEquals("never") => EarlyStopping.Never,
                { } element => throw JsonRequest.Mistake("early_stopping", "true, false or \"never\"", element),
            },
        };
    }

    private static void RefuseWithoutBeams(JsonRequest json)
    {
        if ((json.Number("length_penalty") ?? 1) != 1)
        {
            throw ApiException.Invalid("length_penalty", "'length_penalty' has an effect in beam search only; 'num_beams' must be at least 2");
        }
        if (json.Element("early_stopping") is { ValueKind: not JsonValueKind.False })
        {
            throw ApiException.Invalid("early_stopping", "'early_stopping' has an effect in beam search only; 'num_beams' must be at least 2");
        }
    }

    private static void Check(JsonRequest json, int choices, int width)
    {
        foreach (var (name, neutral) in SamplingFields)
        {
            if (json.Number(name) is { } value && !neutral.Contains(value))
            {
                throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"'{name}' is {value}, but beam search does not sample; leave it out"));
            }
        }
        if (json.Element("logprobs") is not null)
        {
            throw ApiException.Invalid("logprobs", "'logprobs' is not supported in beam search");
        }
        if (json.Integer("max_tokens") == 0)
        {
            throw ApiException.Invalid("max_tokens", "'max_tokens' is 0, but beam search generates at least 1");
        }
        if (choices > width)
        {
            throw ApiException.Invalid(json.Element("num_return_sequences") is null ? "n" : "num_return_sequences", string.Create(CultureInfo.InvariantCulture,
                $"{choices:N0} texts are to be returned, but {width:N0} beams find no more than {width:N0}"));
        }
    }
}
