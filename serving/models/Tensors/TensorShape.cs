namespace ElasticSynapse.Serving.Models;

/// <summary>Arithmetic on shapes that a file claims: nothing is multiplied unchecked.</summary>
internal static class TensorShape
{
    /// <summary>Elements of the shape; null if a dimension is negative or the product is not below 2^63.</summary>
    public static long? Elements(IEnumerable<long> shape) => Multiply(1, shape);

    /// <summary>Bytes of the shape; null as for <see cref="Elements"/>.</summary>
    public static long? ByteLength(IEnumerable<long> shape, TensorType type) => Multiply(type.Size(), shape);

    private static long? Multiply(long product, IEnumerable<long> shape)
    {
        foreach (var dimension in shape)
        {
            if (dimension < 0 || Math.BigMul(product, dimension, out var low) != 0 || low < 0)
                return null;
            product = low;
        }
        return product;
    }
}
