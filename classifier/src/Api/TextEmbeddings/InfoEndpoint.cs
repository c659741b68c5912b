using System.Globalization;
using System.Reflection;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Serving.Models;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>GET /info, /health and /ping of Hugging Face Text Embeddings Inference.</summary>
internal sealed class InfoEndpoint(ServedClassifier served, ClassificationOptions options, BatchPolicy batches, WorkerCount workers, HealthCheckService health)
{
    public Task InfoAsync(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("model_id", served.Identity.Name);
        json.WriteString("model_sha", served.Identity.Version);
        json.WriteString("model_dtype", served.Model.Precision switch
        {
            Precision.Fp16 => "float16",
            Precision.Int8 => "int8",
            Precision.Int4 => "int4",
            _ => "float32",
        });
        json.WriteString("served_model_name", served.Identity.Name);
        json.WriteStartObject("model_type");
        json.WriteStartObject("classifier");
        json.WriteStartObject("id2label");
        for (var label = 0; label < served.LabelNames.Count; label++)
        {
            json.WriteString(label.ToString(CultureInfo.InvariantCulture), served.LabelNames[label]);
        }
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        for (var label = 0; label < served.LabelNames.Count; label++)
        {
            json.WriteNumber(served.LabelNames[label], label);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteNumber("max_concurrent_requests", options.MaxQueuedTexts);
        json.WriteNumber("max_input_length", served.MaxTokens);
        json.WriteNumber("max_batch_tokens", Math.Max(served.MaxTokens, batches.MaxTokens));
        json.WriteNumber("max_batch_requests", batches.MaxTexts);
        json.WriteNumber("max_client_batch_size", options.MaxTextsPerRequest);
        json.WriteBoolean("auto_truncate", true);
        json.WriteNumber("tokenization_workers", workers.Workers);
        json.WriteString("version", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3));
        json.WriteNull("sha");
        json.WriteNull("docker_label");
        json.WriteEndObject();
    });

    public async Task HealthAsync(HttpContext context)
    {
        if ((await health.CheckHealthAsync(context.RequestAborted)).Status != HealthStatus.Healthy)
        {
            throw new ApiException(ErrorKind.NotReady, "unhealthy");
        }
        context.Response.ContentLength = 0;
    }
}
