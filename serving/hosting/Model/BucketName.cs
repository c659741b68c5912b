using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>The variable <c>BUCKET_NAME</c>, with which older deployments name a bucket of Google Cloud Storage.</summary>
public static class BucketName
{
    private const string Variable = "BUCKET_NAME";
    private const string Uri = "Model:Uri";

    /// <summary>Lets <c>BUCKET_NAME=b</c> mean <c>Model__Uri=gs://b</c>. Call it before <see cref="ModelOptions"/> is read.</summary>
    public static void AddBucketName(this WebApplicationBuilder builder, OptionsReader options)
    {
        if (builder.Configuration[Variable] is not { Length: > 0 } bucket)
        {
            return;
        }
        var address = bucket.StartsWith("gs://", StringComparison.Ordinal) ? bucket : $"gs://{bucket}";
        var uri = builder.Configuration[Uri];
        if (string.IsNullOrEmpty(uri))
        {
            builder.Configuration.AddInMemoryCollection([new(Uri, address)]);
        }
        else if (uri != address)
        {
            options.Add($"{Variable}='{bucket}' means Model__Uri='{address}', but Model__Uri='{uri}'; set one of them");
        }
    }
}
