using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Attention of one query to a head's keys and values, which lie in a cache of floats, or of halves: half the reading, which is most
/// of what a step of many sequences waits for. By <see cref="Avx512Code"/>; sums are in single precision.
/// </summary>
internal sealed unsafe class HeadAttention
{
    /// <summary>Queries that <see cref="RunFour"/> takes.</summary>
    public const int Four = 4;

    private const int Tile = 16;               // scores that are computed together: those of one query, or of four
    private const int MostRegisters = 8;       // of a query
    private const int MostRegistersOfFour = 4; // where there are four
    private const int Scores = 1, Sum = 2, Add = 3, FourScores = 4, TwoSums = 5; // functions
    private const byte ToNearest = 0; // ties to even

    // By what is cached, and registers of a query: a model needs one of them.
    private static readonly HeadAttention?[,] Made = new HeadAttention?[2, MostRegisters + 1];

    private readonly bool _isHalf;
    private readonly int _registers;
    private readonly nint[] _code;

    private HeadAttention(bool isHalf, int registers)
    {
        (_isHalf, _registers) = (isHalf, registers);
        _code = Avx512Code.TryAssemble(RunsFour ? TwoSums : Add, Assemble) ?? [];
    }

    /// <summary>Whether <see cref="RunFour"/> has code for heads of this size.</summary>
    public bool RunsFour => _registers <= MostRegistersOfFour;

    /// <summary>Of a key's or a value's number.</summary>
    public int ElementBytes => _isHalf ? sizeof(ushort) : sizeof(float);

    private int HeadSize => _registers * Avx512Code.Columns;

    private int RegisterBytes => Avx512Code.Columns * ElementBytes; // in the cache

    private int RowBytes => _registers * RegisterBytes;

    /// <summary>Whether there is code for heads of a size.</summary>
    public static bool Fits(long headSize) => headSize is > 0 and <= MostRegisters * Avx512Code.Columns && headSize % Avx512Code.Columns == 0;

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
    public void Append(float* values, byte* cached) => ((delegate* unmanaged[Cdecl]<float*, byte*, void>)_code[Add])(values, cached);

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
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, byte*, void>)_code[Scores])(query, keys, count / Tile, scores, values);
        var sum = Exponentials(scores, positions, count);
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, byte*, void>)_code[Sum])(scores, values, positions, mean, nextKeys);
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
        ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, long, void>)_code[FourScores])(
            queries, keys, count / (Tile / Four), scores, count * sizeof(float));
        var sums = stackalloc float[Four];
        for (var query = 0; query < Four; query++)
        {
            sums[query] = Exponentials(scores + (query * count), positions + query, count);
        }
        for (var query = 0; query < Four; query += 2)
        {
            ((delegate* unmanaged[Cdecl]<float*, byte*, long, float*, long, long, void>)_code[TwoSums])(
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

    // Of the scores of some positions less the largest, in their place; behind them zeroes. Returns their sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials(float* scores, int positions, int count)
    {
        new Span<float>(scores + positions, count - positions).Fill(float.NegativeInfinity);
        var end = RoundedUp(positions);
        var largest = Vector256.Create(float.NegativeInfinity);
        for (var i = 0; i < end; i += Vector256<float>.Count)
        {
            largest = Vector256.Max(largest, Vector256.Load(scores + i));
        }
        var most = largest[0];
        for (var lane = 1; lane < Vector256<float>.Count; lane++)
        {
            most = MathF.Max(most, largest[lane]);
        }
        var (sum, best) = (Vector256<float>.Zero, Vector256.Create(most));
        for (var i = 0; i < end; i += Vector256<float>.Count)
        {
            var weight = RowActivation.Exp(Vector256.Load(scores + i) - best);
            weight.Store(scores + i);
            sum += weight;
        }
        new Span<float>(scores + positions, count - positions).Clear();
        return Vector256.Sum(sum);
    }

    private void Assemble(Assembler assembler, int function)
    {
        switch (function)
        {
            case Scores or FourScores:
                AssembleScores(assembler, queries: function == Scores ? 1 : Four);
                break;
            case Sum or TwoSums:
                AssembleSum(assembler, queries: function == Sum ? 1 : 2);
                break;
            default:
                AssembleAppend(assembler);
                break;
        }
    }

    // queries in rdi, keys in rsi, blocks of keys in rdx, scores in rcx; of one query what is fetched in r8, of four the bytes from one's
    // scores to the next one's.
    private void AssembleScores(Assembler assembler, int queries)
    {
        var sums = Avx512Code.Registers[..Tile];
        var query = Avx512Code.Registers.Slice(Tile, MostRegisters); // of one
        AssemblerRegisterZMM low = zmm24, high = zmm25;
        var rows = Tile / queries;
        if (queries == 1)
        {
            for (var i = 0; i < _registers; i++)
                assembler.vmovups(query[i], __zmmword_ptr[rdi + (i * Avx512Code.RegisterBytes)]);
        }
        else
        {
            assembler.lea(r9, __qword_ptr[r8 + (r8 * 2)]);
            assembler.add(r9, rcx); // the last query's
        }
        var next = assembler.CreateLabel();
        assembler.Label(ref next);
        for (var row = 0; row < rows; row++)
        {
            if (queries == 1)
                Fetch(assembler, row * RowBytes, RowBytes);
            for (var i = 0; i < _registers; i++)
            {
                var key = Avx512Code.Registers[26 + (((row * _registers) + i) % 6)];
                Load(assembler, key, (row * RowBytes) + (i * RegisterBytes));
                for (var number = 0; number < queries; number++)
                    Multiply(sums[(number * rows) + row], key, number, i);
            }
        }
        // Rows of partial sums to one row of sums, each added in the same order: within 128 bits, then those of 128 bits.
        for (var left = Tile; left > 1; left /= 2)
        {
            for (var i = 0; i < left / 2; i++)
            {
                var (even, odd) = (sums[2 * i], sums[(2 * i) + 1]);
                switch (left)
                {
                    case 16:
                        assembler.vunpcklps(low, even, odd);
                        assembler.vunpckhps(high, even, odd);
                        break;
                    case 8:
                        assembler.vunpcklpd(low, even, odd);
                        assembler.vunpckhpd(high, even, odd);
                        break;
                    default:
                        assembler.vshuff32x4(low, even, odd, 0x88);
                        assembler.vshuff32x4(high, even, odd, 0xDD);
                        break;
                }
                assembler.vaddps(sums[i], low, high);
            }
        }
        if (queries == 1)
        {
            assembler.vmovups(__zmmword_ptr[rcx], sums[0]);
            assembler.add(r8, rows * RowBytes);
        }
        else
        {
            assembler.vextractf32x4(__xmmword_ptr[rcx], sums[0], 0);
            assembler.vextractf32x4(__xmmword_ptr[rcx + r8], sums[0], 1);
            assembler.vextractf32x4(__xmmword_ptr[rcx + (r8 * 2)], sums[0], 2);
            assembler.vextractf32x4(__xmmword_ptr[r9], sums[0], 3);
            assembler.add(r9, rows * sizeof(float));
        }
        assembler.add(rsi, rows * RowBytes);
        assembler.add(rcx, rows * sizeof(float));
        assembler.dec(rdx);
        assembler.jnz(next);
        assembler.vzeroupper();
        assembler.ret();

        void Multiply(AssemblerRegisterZMM sum, AssemblerRegisterZMM key, int number, int i)
        {
            var operand = __zmmword_ptr[rdi + (((number * _registers) + i) * Avx512Code.RegisterBytes)];
            switch (queries, i)
            {
                case (1, 0):
                    assembler.vmulps(sum, key, Avx512Code.Registers[Tile]);
                    break;
                case (1, _):
                    assembler.vfmadd231ps(sum, key, Avx512Code.Registers[Tile + i]);
                    break;
                case (_, 0):
                    assembler.vmulps(sum, key, operand);
                    break;
                default:
                    assembler.vfmadd231ps(sum, key, operand);
                    break;
            }
        }
    }

    // weights in rdi, values in rsi, positions in rdx, the sum in rcx; of one query what is fetched in r8, of two the bytes from one's
    // weights to the other's, and in r9 those from one's sum to the other's. Even and odd positions have sums of their own, because
    // an addition waits for the one before.
    private void AssembleSum(Assembler assembler, int queries)
    {
        var sums = Avx512Code.Registers[..(2 * queries * _registers)];
        foreach (var sum in sums)
            assembler.vpxord(sum, sum, sum);
        Label pairs = assembler.CreateLabel(), last = assembler.CreateLabel(), end = assembler.CreateLabel();
        assembler.mov(rax, rdx);
        assembler.shr(rax, 1);
        assembler.jz(last);
        assembler.Label(ref pairs);
        for (var row = 0; row < 2; row++)
            AddRow(row);
        assembler.add(rsi, 2 * RowBytes);
        assembler.add(rdi, 2 * sizeof(float));
        if (queries == 1)
            assembler.add(r8, 2 * RowBytes);
        assembler.dec(rax);
        assembler.jnz(pairs);
        assembler.Label(ref last);
        assembler.test(rdx, 1);
        assembler.jz(end);
        AddRow(0);
        assembler.Label(ref end);
        for (var query = 0; query < queries; query++)
        {
            for (var i = 0; i < _registers; i++)
            {
                var sum = Of(query, 0, i);
                assembler.vaddps(sum, sum, Of(query, 1, i));
                assembler.vmovups(query == 0 ? __zmmword_ptr[rcx + (i * Avx512Code.RegisterBytes)] : __zmmword_ptr[rcx + r9 + (i * Avx512Code.RegisterBytes)], sum);
            }
        }
        assembler.vzeroupper();
        assembler.ret();

        AssemblerRegisterZMM Of(int query, int row, int i) => Avx512Code.Registers[(((query * 2) + row) * _registers) + i];

        void AddRow(int row)
        {
            if (queries == 1)
                Fetch(assembler, row * RowBytes, RowBytes);
            for (var query = 0; query < queries; query++)
                assembler.vbroadcastss(Weight(row, query), query == 0 ? __dword_ptr[rdi + (row * sizeof(float))] : __dword_ptr[rdi + r8 + (row * sizeof(float))]);
            for (var i = 0; i < _registers; i++)
            {
                var value = Avx512Code.Registers[20 + (((row * _registers) + i) % 12)];
                Load(assembler, value, (row * RowBytes) + (i * RegisterBytes));
                for (var query = 0; query < queries; query++)
                    assembler.vfmadd231ps(Of(query, row, i), value, Weight(row, query));
            }
        }

        AssemblerRegisterZMM Weight(int row, int query) => Avx512Code.Registers[16 + (row * queries) + query];
    }

    // values in rdi, what is cached in rsi.
    private void AssembleAppend(Assembler assembler)
    {
        for (var i = 0; i < _registers; i++)
        {
            assembler.vmovups(zmm0, __zmmword_ptr[rdi + (i * Avx512Code.RegisterBytes)]);
            if (_isHalf)
                assembler.vcvtps2ph(__ymmword_ptr[rsi + (i * RegisterBytes)], zmm0, ToNearest);
            else
                assembler.vmovups(__zmmword_ptr[rsi + (i * RegisterBytes)], zmm0);
        }
        assembler.vzeroupper();
        assembler.ret();
    }

    // What is cached in rsi.
    private void Load(Assembler assembler, AssemblerRegisterZMM register, int offset)
    {
        if (_isHalf)
            assembler.vcvtph2ps(register, __ymmword_ptr[rsi + offset]);
        else
            assembler.vmovups(register, __zmmword_ptr[rsi + offset]);
    }

    // Into the second cache: what follows is needed when this has been gone through.
    private static void Fetch(Assembler assembler, int offset, int bytes)
    {
        const int line = 64;
        for (var at = (offset + line - 1) / line * line; at < offset + bytes; at += line)
            assembler.prefetcht1(__byte_ptr[r8 + at]);
    }
}
