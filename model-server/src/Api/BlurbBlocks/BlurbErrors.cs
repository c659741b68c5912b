using System.Text;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.ModelServer.Api.BlurbBlocks;

/// <summary>Errors as plain text, like the answers.</summary>
internal sealed class BlurbErrors : ErrorFormat
{
    public static readonly BlurbErrors Format = new();

    public override string ContentType => "text/plain; charset=utf-8";

    public override byte[] Body(ApiException error) => Encoding.UTF8.GetBytes(error.Message);
}
