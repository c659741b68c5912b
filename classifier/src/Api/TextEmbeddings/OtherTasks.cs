using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Api.TextEmbeddings;

/// <summary>The routes of Text Embeddings Inference for models that embed or rank: a classifier refuses them, as there.</summary>
internal sealed class OtherTasks(ServedClassifier served)
{
    /// <exception cref="ApiException">Always.</exception>
    public Task RefuseAsync(HttpContext context)
    {
        context.UseErrorFormat(TeiErrors.OfAnotherTask);
        throw new ApiException(ErrorKind.InvalidRequest,
            $"the model '{served.Identity.Name}' classifies texts, so that {context.Request.Path} can't be answered; /predict can");
    }
}
