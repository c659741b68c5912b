namespace ElasticSynapse.Serving.Models;

/// <summary>Queries, keys or values as a product leaves them: x * scale + bias is still to be done.</summary>
internal unsafe struct TextRows
{
    public float* X;      // [rows, width]
    public float* Scales; // [rows], or null
    public float* Bias;   // [width], or null

    /// <summary>A part of a row.</summary>
    /// <param name="part">[count], out.</param>
    public readonly void Read(long row, int column, int width, float* part, int count) =>
        RowMath.Add(X + (row * width) + column, Scales == null ? 1 : Scales[row], Bias == null ? null : Bias + column, residual: null, part, count);
}
