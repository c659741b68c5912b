using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>The bodies of TensorFlow Serving's verbs.</summary>
internal sealed class PredictBody(InstanceReader reader, ExampleReader examples, PaddedIds padded, int maxInputs)
{
    /// <summary>Rows under <c>instances</c>, or columns under <c>inputs</c>.</summary>
    public (ClassifierInput[] Inputs, bool IsRow) ReadPredict(JsonFields json)
    {
        var signature = SignatureName(json) ?? Signatures.Default;
        Signatures.Check(signature, "predict");
        // Bytes without a name are the signature's one input.
        var input = signature == Signatures.Text ? "text" : "examples";
        return (json.Element("instances"), json.Element("inputs")) switch
        {
            ({ } rows, null) => (Rows(rows, "instances", input), true),
            (null, { } columns) => (Columns(columns, input), false),
            (null, null) => throw ApiException.Invalid("instances", "Missing 'inputs' or 'instances' key"),
            _ => throw ApiException.Invalid("instances", "Not formatted correctly: expected only one of 'inputs' and 'instances'"),
        };
    }

    /// <summary>Objects of features under <c>examples</c>, each with those of <c>context</c> that it does not have itself.</summary>
    public ClassifierInput[] ReadClassify(JsonFields json)
    {
        Signatures.Check(SignatureName(json) ?? Signatures.Classify, "classify");
        var rows = json.Element("examples") ?? throw ApiException.Invalid("examples", "When method is classify, key 'examples' is expected and was not found");
        CheckList(rows, "examples");
        var context = json.Element("context") is { } given ? JsonExample.Features(given, "context") : [];
        return [.. rows.EnumerateArray().Select((row, index) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"examples[{index}]");
            var features = JsonExample.Features(row, name);
            foreach (var (key, feature) in context)
            {
                features.TryAdd(key, feature);
            }
            return examples.Read(features, name);
        })];
    }

    /// <exception cref="ApiException">It is no string.</exception>
    public static string? SignatureName(JsonFields json) => json.Element("signature_name") switch
    {
        null => null,
        // An empty one names none, as by gRPC.
        { ValueKind: JsonValueKind.String } name => JsonFields.AsString(name, "signature_name") is { Length: > 0 } text ? text : null,
        _ => throw ApiException.Invalid("signature_name", "'signature_name' key must be a string value."),
    };

    private ClassifierInput[] Rows(JsonElement rows, string name, string input)
    {
        CheckList(rows, name);
        return [.. rows.EnumerateArray().Select((row, index) => reader.Read(row, string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]"), input))];
    }

    private void CheckList(JsonElement rows, string name)
    {
        if (rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() == 0)
        {
            throw JsonFields.Mistake(name, "a list that is not empty", rows);
        }
        CheckCount(name, rows.GetArrayLength());
    }

    // One input may stand by itself, without its name.
    private ClassifierInput[] Columns(JsonElement columns, string input)
    {
        if (columns.ValueKind == JsonValueKind.Array)
        {
            return Rows(columns, "inputs", input);
        }
        if (columns.ValueKind != JsonValueKind.Object || JsonFields.Element(columns, "b64", "inputs") is not null)
        {
            return [reader.Read(columns, "inputs", input)];
        }
        foreach (var text in InstanceReader.Texts)
        {
            if (JsonFields.Element(columns, text, "inputs") is { } values)
            {
                var name = $"inputs.{text}";
                return values.ValueKind == JsonValueKind.Array ? Rows(values, name, text) : [reader.ReadNamedText(values, name, text)];
            }
        }
        return Ids(columns);
    }

    private ClassifierInput[] Ids(JsonElement columns)
    {
        var ids = Column("input_ids") ?? throw ApiException.Invalid("inputs", "Missing named input: input_ids (or examples, or text) in 'inputs' object.");
        var mask = Column("input_mask");
        var types = Column("segment_ids");
        CheckCount("inputs.input_ids", ids.Length);
        if ((mask ?? ids).Length != ids.Length || (types ?? ids).Length != ids.Length)
        {
            throw ApiException.Invalid("inputs", string.Create(CultureInfo.InvariantCulture,
                $"'inputs' has {ids.Length:N0} rows of input_ids, {mask?.Length ?? 0:N0} of input_mask and {types?.Length ?? 0:N0} of segment_ids; accepted: as many"));
        }
        return [.. ids.Select((row, i) => new ClassifierInput(null, padded.Read(
            string.Create(CultureInfo.InvariantCulture, $"inputs.input_ids[{i}]"), row, mask?[i] ?? [], types?[i] ?? [])))];

        long[][]? Column(string name)
        {
            if (JsonFields.Element(columns, name, "inputs") is not { } rows)
            {
                return null;
            }
            return rows.ValueKind == JsonValueKind.Array && rows.GetArrayLength() > 0
                ? [.. rows.EnumerateArray().Select((row, index) => InstanceReader.Numbers(row, string.Create(CultureInfo.InvariantCulture, $"inputs.{name}[{index}]")))]
                : throw JsonFields.Mistake($"inputs.{name}", "a list of lists of whole numbers", rows);
        }
    }

    private void CheckCount(string name, int count)
    {
        if (count > maxInputs)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has {count:N0} texts; this server accepts {maxInputs:N0} a request (Classification__MaxTextsPerRequest)"));
        }
    }
}
