namespace ElasticSynapse.Serving.Models;

/// <summary>
/// How MatMulNBits holds a weight matrix of K inputs and N outputs: each output's weights in blocks along K, of integer codes
/// and a scale a block. A weight is (code - <see cref="ZeroPoint"/>) * scale.
/// </summary>
/// <param name="Bits">Of a code: 4 or 8. Of two 4-bit codes in a byte, the first is in the low half.</param>
/// <param name="Size">Weights of a block: a power of two, at least 16. The last block of an output is filled up with zeros.</param>
/// <remarks>ONNX Runtime's ContribOperators.md, com.microsoft.MatMulNBits: codes [N, blocks, bytes], scales [N, blocks].</remarks>
internal readonly record struct BlockFormat(int Bits, int Size)
{
    private const int SmallestBlock = 16;

    // docs/precision.md has the measurements: blocks of 128 are the fastest, and larger ones are not faster.
    private const int LargestBlock = 128;

    /// <summary>The code of weight 0, which the operator assumes when it gets no zero points.</summary>
    public int ZeroPoint => 1 << (Bits - 1);

    public int BytesPerBlock => Size * Bits / 8;

    /// <summary>The format for a product over so many inputs.</summary>
    public static BlockFormat For(int bits, int inputs)
    {
        var size = SmallestBlock;
        while (size < LargestBlock && size < inputs)
        {
            size *= 2;
        }
        return new(bits, size);
    }

    public int Blocks(int inputs) => (inputs + Size - 1) / Size;
}
