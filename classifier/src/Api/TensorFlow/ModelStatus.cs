using System.Globalization;
using System.Text.Json;
using ElasticSynapse.Classifier.Api.TensorFlow.Wire;
using ElasticSynapse.Classifier.Inference;

namespace ElasticSynapse.Classifier.Api.TensorFlow;

/// <summary>What GET below /v1/models answers. One object serves the clients of TensorFlow Serving, OpenAI and KServe, who ask
/// the same path and ignore what they don't know.</summary>
internal sealed class ModelStatus(ServedClassifier served, ServableVersion version, TimeProvider time)
{
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();

    private string Number => version.Number.ToString(CultureInfo.InvariantCulture);

    /// <param name="isReady">Whether it wants requests; it does not while it drains.</param>
    public void WriteList(Utf8JsonWriter json, bool isReady)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        WriteModel(json, isReady);
        json.WriteEndArray();
        json.WriteStartArray("models");
        json.WriteStringValue(served.Identity.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void WriteModel(Utf8JsonWriter json, bool isReady)
    {
        json.WriteStartObject();
        json.WriteString("id", served.Identity.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", _created);
        json.WriteString("owned_by", "elastic-synapse");
        json.WriteString("name", served.Identity.Name);
        json.WriteBoolean("ready", isReady);
        json.WriteStartArray("model_version_status");
        json.WriteStartObject();
        json.WriteString("version", Number);
        json.WriteString("state", isReady ? "AVAILABLE" : "UNLOADING");
        json.WriteStartObject("status");
        json.WriteString("error_code", "OK");
        json.WriteString("error_message", "");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The signatures, with the doubled member and the sizes as strings that TensorFlow Serving has.</summary>
    public void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("model_spec");
        json.WriteString("name", served.Identity.Name);
        json.WriteString("signature_name", "");
        json.WriteString("version", Number);
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        json.WriteStartObject("signature_def");
        json.WriteStartObject("signature_def");
        foreach (var (name, signature) in Signatures.Describe(served.LabelNames.Count).SignatureDef)
        {
            json.WriteStartObject(name);
            WriteTensors(json, "inputs", signature.Inputs);
            WriteTensors(json, "outputs", signature.Outputs);
            json.WriteString("method_name", signature.MethodName);
            json.WriteStartObject("defaults");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, string member, IDictionary<string, TensorInfo> tensors)
    {
        json.WriteStartObject(member);
        foreach (var (name, tensor) in tensors)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", TypeName(tensor.Dtype));
            json.WriteStartObject("tensor_shape");
            json.WriteStartArray("dim");
            foreach (var dim in tensor.TensorShape.Dim)
            {
                json.WriteStartObject();
                json.WriteString("size", dim.Size.ToString(CultureInfo.InvariantCulture));
                json.WriteString("name", "");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteBoolean("unknown_rank", false);
            json.WriteEndObject();
            json.WriteString("name", tensor.Name);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static string TypeName(DataType type) => type switch
    {
        DataType.DtFloat => "DT_FLOAT",
        DataType.DtInt64 => "DT_INT64",
        _ => "DT_STRING",
    };
}
