namespace ElasticSynapse.Gateway.Versions;

/// <summary>How the choice of a version ended.</summary>
internal enum VersionOutcome
{
    Chosen,

    /// <summary>The model has no such version.</summary>
    UnknownVersion,

    /// <summary>No version of the model has that label.</summary>
    UnknownLabel,

    /// <summary>The version exists and can't answer now.</summary>
    NotReady,
}
