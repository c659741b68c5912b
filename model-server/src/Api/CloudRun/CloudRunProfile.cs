namespace ElasticSynapse.ModelServer.Api.CloudRun;

/// <summary>Whose defaults a request has that leaves fields out.</summary>
internal enum CloudRunProfile
{
    /// <summary>minimaxir/gpt-2-cloud-run: 100 tokens, between <c>&lt;|startoftext|&gt;</c> and <c>&lt;|endoftext|&gt;</c>.</summary>
    Minimaxir,

    /// <summary>addadda023's copy: 1,023 tokens, one line, no prefix.</summary>
    Addadda023,
}
