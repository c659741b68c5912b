namespace ElasticSynapse.ModelServer.Api.CloudRun;

/// <summary>What gpt_2_simple makes of a generated text before it is shown.</summary>
internal static class CloudRunText
{
    /// <summary>Cuts at the first <c>truncate</c>, drops the prefix if it is not wanted, and strips the newlines in front. A text
    /// without <c>truncate</c> keeps its prefix, wanted or not: the original's search for both then finds nothing.</summary>
    /// <param name="generated">Without the prefix.</param>
    /// <param name="request">Says what to do.</param>
    public static string Shown(string generated, CloudRunRequest request)
    {
        var whole = request.Prefix + generated;
        var isPrefixDropped = request is { Prefix: not null, IncludePrefix: false };
        var start = isPrefixDropped ? request.Prefix!.Length : 0;
        var end = request.Truncate is { } truncate ? whole.IndexOf(truncate, start, StringComparison.Ordinal) : -1;
        return (end < 0 ? whole : whole[start..end]).TrimStart('\n');
    }
}
