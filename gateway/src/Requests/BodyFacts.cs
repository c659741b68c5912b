using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Replicas;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>What the gateway has to know of a body. It judges nothing: a body that is no JSON object has no facts, and the
/// replica says what is wrong with it.</summary>
/// <param name="Model">The member <c>model</c>, if it is a string.</param>
/// <param name="ModelAt">Where in the body that string stands, quotes included.</param>
/// <param name="User">The member <c>user</c>: OpenAI's name for who is behind the caller.</param>
/// <param name="PromptHead">Hash of the first bytes of the prompt, under whichever name the API has for it.</param>
/// <param name="Kind">The kind of service that such a body is for, where a member tells.</param>
/// <param name="IsStream">Whether it asks for a stream.</param>
/// <param name="Asked">How much text it asks for.</param>
internal readonly record struct BodyFacts(
    string? Model, Range ModelAt, string? User, ulong? PromptHead, ModelKind? Kind, bool IsStream, AskedText Asked)
{
    // OpenAI, Text Generation Inference and Flask, Open Inference, Blurb Blocks, gpt-2-cloud-run.
    private static readonly string[] PromptNames = ["prompt", "inputs", "text", "text_input", "seed", "prefix"];

    /// <summary>Reads the members that stand at the top, and the numbers inside <c>parameters</c>.</summary>
    /// <param name="path">The replica's: what some members mean depends on it.</param>
    public static BodyFacts Read(ReadOnlySpan<byte> body, int affinityBytes, string path)
    {
        var facts = default(BodyFacts);
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return facts;
            }
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    facts = facts.With(ref reader, body, affinityBytes, path);
                }
            }
            return facts;
        }
        // What was read before the mistake still decides where the mistake is explained.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return facts;
        }
    }

    private BodyFacts With(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, int affinityBytes, string path)
    {
        var name = reader.GetString()!;
        var atTop = reader.CurrentDepth == 1;
        reader.Read();
        if (atTop && name == "parameters" && reader.TokenType == JsonTokenType.StartObject)
        {
            // Goes on with the members inside.
            return this;
        }
        var start = (int)reader.TokenStartIndex;
        var facts = this;
        switch (name)
        {
            case "model" when atTop && reader.TokenType == JsonTokenType.String:
                facts = this with { Model = reader.GetString(), ModelAt = start..(int)reader.BytesConsumed };
                break;
            case "user" when atTop && reader.TokenType == JsonTokenType.String:
                facts = this with { User = reader.GetString() };
                break;
            case "stream" when atTop:
                facts = this with { IsStream = reader.TokenType == JsonTokenType.True };
                break;
            case var _ when AskedText.IsName(name) && Number(ref reader) is { } number:
                facts = this with { Asked = Asked.With(name, number) };
                break;
        }
        if (atTop && IsForClassifiers(path, name, reader.TokenType))
        {
            facts = facts with { Kind = ModelKind.Classifier };
        }
        if (atTop && PromptNames.Contains(name) && reader.TokenType is JsonTokenType.String or JsonTokenType.StartArray)
        {
            var isText = reader.TokenType == JsonTokenType.String;
            var areTensors = name == "inputs" && !isText && IsInfer(path);
            var prompts = areTensors ? SkipCountingTexts(ref reader, body.Length) : SkipCounting(ref reader);
            facts = name switch
            {
                "prompt" => facts with { Asked = facts.Asked with { Prompts = prompts } },
                "inputs" when areTensors => facts with { Asked = facts.Asked with { Prompts = prompts } },
                "inputs" => facts with { Asked = facts.Asked with { IsTgi = true } },
                _ => facts,
            };
            var value = body[start..(int)reader.BytesConsumed];
            // Without its closing quote, so that a text and a longer one that begins with it differ only past the head.
            value = isText ? value[..^1] : value;
            return facts with { PromptHead = StableHash.Of(value[..Math.Min(value.Length, affinityBytes)]) };
        }
        reader.Skip();
        return facts;
    }

    // gpt-2-cloud-run's clients write numbers as texts.
    private static double? Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetDouble(out var number) => number,
        JsonTokenType.String when double.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>Skips a value.</summary>
    /// <returns>How many prompts a list has; 0 for what is one.</returns>
    private static long SkipCounting(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }
        var depth = reader.CurrentDepth;
        var (items, isOfTokens) = (0, false);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == depth + 1 && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                items++;
                isOfTokens |= reader.TokenType == JsonTokenType.Number;
            }
        }
        return isOfTokens ? 0 : items;
    }

    /// <summary>Skips an Open Inference Protocol request's tensors.</summary>
    /// <param name="most">No text takes less than a byte of the body.</param>
    /// <returns>How many texts they have by their shapes, which the replica holds them to: the texts may stand behind the JSON.</returns>
    private static long SkipCountingTexts(ref Utf8JsonReader reader, int most)
    {
        var depth = reader.CurrentDepth;
        var texts = 0L;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("shape"u8))
            {
                texts = Math.Min(texts + SkipMultiplying(ref reader, most), most);
            }
        }
        return texts;
    }

    private static long SkipMultiplying(ref Utf8JsonReader reader, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }
        var product = 1L;
        for (var depth = reader.CurrentDepth; reader.Read() && reader.CurrentDepth > depth;)
        {
            product = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) ? Math.Clamp(size, 0, most) * product : 0;
            product = Math.Min(product, most);
        }
        return product;
    }

    private static bool IsInfer(string path) =>
        path.StartsWith("/v2/models/", StringComparison.OrdinalIgnoreCase) && path.EndsWith("/infer", StringComparison.OrdinalIgnoreCase);

    // Where both kinds have a path. Text Embeddings Inference takes lists where Text Generation Inference takes one text.
    private static bool IsForClassifiers(string path, string name, JsonTokenType value) => (path, name) switch
    {
        ("/predict", "inputs") or ("/", "description") => true,
        ("/" or "/tokenize", "inputs") => value == JsonTokenType.StartArray,
        _ => false,
    };
}
