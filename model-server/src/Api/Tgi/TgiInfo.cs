using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>GET /info: the model and the limits, under the names of current and of older clients.</summary>
internal static class TgiInfo
{
    public static object Of(ServedGenerator generator, SchedulerOptions scheduler) => new
    {
        model_id = generator.Identity.Name,
        model_sha = generator.Identity.Version,
        model_pipeline_tag = "text-generation",
        max_concurrent_requests = scheduler.MaxQueuedSequences,
        max_best_of = TgiLimits.BestOf,
        max_stop_sequences = TgiLimits.StopSequences,
        max_input_length = TgiLimits.InputTokens(generator),
        max_input_tokens = TgiLimits.InputTokens(generator),
        max_total_tokens = generator.MaxTokens,
        validation_workers = Environment.ProcessorCount,
        max_client_batch_size = 1,
        router = "text-generation-router",
        version = "3.0.0",
        sha = (string?)null,
        docker_label = (string?)null,
    };
}
