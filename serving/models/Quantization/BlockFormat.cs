namespace ElasticSynapse.Serving.Models;

/// <summary>
/// How MatMulNBits holds a weight matrix of K inputs and N outputs: each output's weights in blocks along K, of integer codes of
/// 4 bits and a scale a block. A weight is (code - <see cref="ZeroPoint"/>) * scale; of two codes in a byte, the first is in the low half.
/// </summary>
/// <param name="Size">Weights of a block: a power of two, at least 16. The last block of an output is filled up with zeros.</param>
/// <remarks>ONNX Runtime's ContribOperators.md, com.microsoft.MatMulNBits: codes [N, blocks, bytes], scales [N, blocks].</remarks>
internal readonly record struct BlockFormat(int Size)
{
    public const int Bits = 4;

    /// <summary>The code of weight 0, which the operator assumes when it gets no zero points.</summary>
    public const int ZeroPoint = 1 << (Bits - 1);

    public const int SmallestBlock = 16;

    // docs/precision.md has the measurements: blocks of 128 are the fastest, and larger ones are not faster.
    private const int LargestBlock = 128;

    public int BytesPerBlock => Size * Bits / 8;

    /// <summary>The format for a product over so many inputs.</summary>
    public static BlockFormat For(int inputs)
    {
        var size = SmallestBlock;
        while (size < LargestBlock && size < inputs)
        {
            size *= 2;
        }
        return new(size);
    }

    public int Blocks(int inputs) => (inputs + Size - 1) / Size;
}
