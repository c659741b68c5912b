namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>What a model does, and so which APIs it has.</summary>
internal enum ModelKind
{
    /// <summary>Writes text: a model-server.</summary>
    Generator,

    /// <summary>Labels text: a classifier.</summary>
    Classifier,
}
