using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Attention of one query to a head's keys and values, which lie in a cache of floats, or of halves: half the reading, which is most
/// of what a step of many sequences waits for. By <see cref="AttentionCode"/>; sums are in single precision.
/// </summary>
internal sealed unsafe class HeadAttention
{
    /// <summary>Queries that <see cref="RunFour"/> takes.</summary>
    public const int Four = 4;

    private const int Tile = AttentionCode.Tile;

    // By what is cached, and registers of a query: a model needs one of them.
    private static readonly HeadAttention?[,] Made = new HeadAttention?[2, AttentionCode.MostRegisters + 1];

    private readonly bool _isHalf;
    private readonly int _registers;
    private readonly nint[] _code;

    private HeadAttention(bool isHalf, int registers)
    {
        (_isHalf, _registers) = (isHalf, registers);
        _code = AttentionCode.TryAssemble(isHalf, registers) ?? [];
    }

    /// <summary>Whether <see cref="RunFour"/> has code for heads of this size.</summary>
    public bool RunsFour => _registers <= AttentionCode.MostRegistersOfFour;

    /// <summary>Of a key's or a value's number.</summary>
    public int ElementBytes => _isHalf ? sizeof(ushort) : sizeof(float);

    private int HeadSize => _registers * Avx512Code.Columns;

    /// <summary>Whether there is code for heads of a size.</summary>
    public static bool Fits(long headSize) => headSize is > 0 and <= AttentionCode.MostRegisters * Avx512Code.Columns && headSize % Avx512Code.Columns == 0;

    /// <summary>For a cache of halves or floats.</summary>
    /// <returns>Null where heads of the size do not fit, the processor does not have the instructions, or the system does not let
    /// code be made.</returns>
    public static HeadAttention? For(bool isHalf, long headSize)
    {
        if (!Fits(headSize))
        {
            return null;
        }
        var registers = (int)headSize / Avx512Code.Columns;
        ref var attention = ref Made[isHalf ? 1 : 0, registers];
        if (attention is null)
        {
            lock (Made)
            {
                attention ??= new HeadAttention(isHalf, registers);
            }
        }
        return attention._code.Length > 0 ? attention : null;
    }

    /// <summary>Positions that <see cref="Run"/> has scores of.</summary>
    public static int RoundedUp(int positions) => (positions + Tile - 1) / Tile * Tile;

    /// <summary>Puts a key or a value into the cache; beyond 65504 a half is infinite.</summary>
    /// <param name="values">[headSize]</param>
    /// <param name="cached">[headSize], out.</param>
    public void Append(float* values, byte* cached) => ((delegate* unmanaged[Cdecl]<float*, byte*, void>)_code[AttentionCode.Append])(values, cached);

    /// <summary>The values' mean, weighted by the softmax of query and keys.</summary>
    /// <param name="query">[headSize], scaled.</param>
    /// <param name="keys">[positions, headSize]; the memory of as many as <see cref="RoundedUp"/> says is read.</param>
    /// <param name="values">[positions, headSize]</param>
    /// <param name="positions">At least one.</param>
    /// <param name="nextKeys">As many are fetched from memory meanwhile; those of the next call.</param>
    /// <param name="scores">Room for as many as <see cref="RoundedUp"/> says.</param>
    /// <param name="mean">[headSize], out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(float* query, byte* keys, byte* values, int positions, byte* nextKeys, float* scores, float* mean)
    {
        var count = RoundedUp(positions);
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, byte*, void>)_code[AttentionCode.Scores])(query, keys, count / Tile, scores, values);
        var sum = SoftmaxWeights.Of(scores, positions, count);
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, byte*, void>)_code[AttentionCode.Sum])(scores, values, positions, mean, nextKeys);
        Divide(mean, sum);
    }

    /// <summary>The same of four queries, each of which sees one position more than the one before, to the same bits: a key is read
    /// once for all of them.</summary>
    /// <param name="queries">[4, headSize], scaled.</param>
    /// <param name="positions">Of the first query.</param>
    /// <param name="scores">[4, <see cref="RoundedUp"/> of the last query's]</param>
    /// <param name="means">The first query's; the others' follow <paramref name="width"/> floats apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RunFour(float* queries, byte* keys, byte* values, int positions, float* scores, float* means, long width)
    {
        var most = positions + Four - 1;
        var count = RoundedUp(most);
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, long, void>)_code[AttentionCode.FourScores])(
            queries, keys, count / (Tile / Four), scores, count * sizeof(float));
        var sums = stackalloc float[Four];
        for (var query = 0; query < Four; query++)
        {
            sums[query] = SoftmaxWeights.Of(scores + (query * count), positions + query, count);
        }
        for (var query = 0; query < Four; query += 2)
        {
            ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, long, long, void>)_code[AttentionCode.TwoSums])(
                scores + (query * count), values, positions + query + 1, means + (query * width), count * sizeof(float), width * sizeof(float));
        }
        for (var query = 0; query < Four; query++)
        {
            Divide(means + (query * width), sums[query]);
        }
    }

    private void Divide(float* values, float divisor)
    {
        var factor = Vector512.Create(1 / divisor);
        for (var i = 0; i < HeadSize; i += Vector512<float>.Count)
        {
            (Vector512.Load(values + i) * factor).Store(values + i);
        }
    }
}
