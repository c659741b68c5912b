namespace ElasticSynapse.Gateway.Requests;

/// <summary>How the errors of a request's API look; known once its path is read.</summary>
internal sealed record ErrorShapeFeature(ErrorShape Shape);
