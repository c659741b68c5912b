namespace ElasticSynapse.Serving.Models;

/// <summary>What one node of <see cref="RowsOperator"/> does, its attributes.</summary>
internal struct RowSettings
{
    /// <summary>Null for none.</summary>
    public Activation? Activation;

    /// <summary>Of the layer norm.</summary>
    public float Epsilon;

    /// <summary>Of the rotation before rounding; 0 where nothing is rounded.</summary>
    public int Block;

    /// <summary>Whether a first run has shown that the inputs fit each other; those of later ones come from the same nodes.</summary>
    public bool IsChecked;
}
