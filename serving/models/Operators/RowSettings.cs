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

    /// <summary>Whether the inputs' shapes have been looked at, which later runs have no others of.</summary>
    public bool IsChecked;
}
