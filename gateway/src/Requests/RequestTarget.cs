using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Gateway.Versions;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>What a path says: whom it asks, and what the replica gets to see of it.</summary>
/// <param name="Path">The replica's path, without the parts that were for the gateway.</param>
/// <param name="Model">The model that the path names, if it does.</param>
/// <param name="Pin">The version that it pins.</param>
/// <param name="Kind">Which kind of service has such a path; null when any may.</param>
/// <param name="IsShared">Both kinds have it: the body may still say which is meant.</param>
/// <param name="Errors">The form in which its clients expect errors.</param>
/// <param name="VersionAt">Where in <paramref name="Path"/> the replica expects the version; negative where it doesn't.</param>
/// <param name="OtherPin">What it pins a second time, in another way.</param>
internal sealed record RequestTarget(
    string Path, string? Model, VersionPin Pin, ModelKind? Kind, bool IsShared, ErrorFormat Errors, int VersionAt = -1, VersionPin OtherPin = default)
{
    /// <summary>The replica's path once the version is chosen; as it was asked for while nobody knows the version's name.</summary>
    public string PathFor(string version) =>
        VersionAt < 0 ? Path : Path.Insert(VersionAt, $"/versions/{(version.Length > 0 ? version : Pin.Version)}");
}
