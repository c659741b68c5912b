using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Api.FirstClient;

/// <summary>Errors of the first client's API: a line of text.</summary>
internal sealed class FirstClientErrors : ErrorFormat
{
    public static readonly FirstClientErrors Format = new();

    public override string ContentType => "text/plain; charset=utf-8";

    public override byte[] Body(ApiException error) => Encoding.UTF8.GetBytes(error.Message);
}
