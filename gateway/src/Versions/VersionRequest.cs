namespace ElasticSynapse.Gateway.Versions;

/// <summary>All that the choice of a version depends on besides the fleet.</summary>
/// <param name="Path">What the path pins; wins over the headers.</param>
/// <param name="Headers">What <c>x-model-version</c> or <c>x-model-label</c> pin; win over the body.</param>
/// <param name="Body">What the body's <c>model</c> pins.</param>
/// <param name="Key">Of whoever asks, so that they meet the same version again; or drawn at random.</param>
internal readonly record struct VersionRequest(VersionPin Path, VersionPin Headers, VersionPin Body, ulong Key)
{
    public VersionPin Pin => !Path.IsNone ? Path : !Headers.IsNone ? Headers : Body;
}
