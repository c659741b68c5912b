namespace ElasticSynapse.Serving.Models;

/// <summary>The architectures that can be served.</summary>
public enum ModelFamily
{
    /// <summary>A generator.</summary>
    Gpt2,

    /// <summary>A sequence classifier.</summary>
    Bert,
}
