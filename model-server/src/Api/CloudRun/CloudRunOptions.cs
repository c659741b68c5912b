namespace ElasticSynapse.ModelServer.Api.CloudRun;

/// <summary>GET / and POST /, the API of gpt-2-cloud-run. Bound from "CloudRun".</summary>
internal sealed class CloudRunOptions
{
    /// <summary>Whose defaults apply: Minimaxir (length 100, prefix &lt;|startoftext|&gt;, truncate &lt;|endoftext|&gt;) or
    /// Addadda023 (length 1023, no prefix, truncate at the first line's end). Default Minimaxir.</summary>
    public CloudRunProfile Profile { get; set; } = CloudRunProfile.Minimaxir;
}
