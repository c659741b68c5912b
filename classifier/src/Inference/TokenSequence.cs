namespace ElasticSynapse.Classifier.Inference;

/// <summary>What the model reads in one run.</summary>
/// <param name="Ids">[tokens], with [CLS] and [SEP].</param>
/// <param name="Types">[tokens]: 0 for a first text, 1 for the second of a pair; null where all are 0.</param>
internal sealed record TokenSequence(int[] Ids, int[]? Types = null)
{
    public int Length => Ids.Length;

    /// <summary>By content: two sequences are equal where the model computes the same.</summary>
    public bool Equals(TokenSequence? other) =>
        other is not null && Ids.AsSpan().SequenceEqual(other.Ids) && Types.AsSpan().SequenceEqual(other.Types);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Ids.AsSpan()));
        return hash.ToHashCode();
    }
}
