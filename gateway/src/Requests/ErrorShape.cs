namespace ElasticSynapse.Gateway.Requests;

/// <summary>How the clients of an API expect its errors.</summary>
internal enum ErrorShape
{
    /// <summary><c>{"error":{"message","type","param","code"}}</c>.</summary>
    OpenAi,

    /// <summary>TensorFlow Serving, Open Inference Protocol, gpt-2-cloud-run: <c>{"error":"…"}</c>.</summary>
    Text,

    /// <summary>Text Generation Inference and Text Embeddings Inference: <c>{"error":"…","error_type":"…"}</c>.</summary>
    HuggingFace,

    /// <summary>Flask-RESTX: <c>{"message":"…"}</c>.</summary>
    RestX,
}
