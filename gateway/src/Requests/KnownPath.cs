using ElasticSynapse.Gateway.Catalogue;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <param name="Kind">Which kind answers.</param>
/// <param name="Shared">Both kinds have the path; <paramref name="Kind"/> is who answers when nothing else tells.</param>
internal sealed record KnownPath(ModelKind Kind, ErrorFormat Errors, bool Shared = false);
