using ElasticSynapse.Classifier.Api.FirstClient;
using ElasticSynapse.Classifier.Api.TextEmbeddings;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Api;

/// <summary>POST /, which two APIs claim: a body with <c>inputs</c> is Text Embeddings Inference's, any other the first client's.</summary>
internal sealed class RootEndpoint(FirstClientEndpoint firstClient, PredictEndpoint predict)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted);
        await (json.Element("inputs") is null ? firstClient.HandleAsync(context, json) : predict.HandleAsync(context, json));
    }
}
