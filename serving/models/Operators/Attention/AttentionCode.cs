using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>The machine code of <see cref="HeadAttention"/>: keys and values as halves become floats as they are read.</summary>
internal sealed class AttentionCode
{
    /// <summary>Scores that are computed together: those of one query, or of four.</summary>
    public const int Tile = 16;

    /// <summary>Of a query.</summary>
    public const int MostRegisters = 8, MostRegistersOfFour = 4;

    /// <summary>Functions, of one query and of several.</summary>
    public const int Scores = 1, Sum = 2, Append = 3, FourScores = 4, TwoSums = 5;

    private const byte ToNearest = 0; // ties to even

    private readonly bool _isHalf;
    private readonly int _registers;

    private AttentionCode(bool isHalf, int registers) => (_isHalf, _registers) = (isHalf, registers);

    private int RegisterBytes => Avx512Code.Columns * (_isHalf ? sizeof(ushort) : sizeof(float)); // in the cache

    private int RowBytes => _registers * RegisterBytes;

    /// <param name="isHalf">What is cached: halves, or floats.</param>
    /// <param name="registers">Of a query; those of four only up to <see cref="MostRegistersOfFour"/>.</param>
    /// <returns>Where the functions begin, by their number; null if the processor or the system does not have it.</returns>
    public static nint[]? TryAssemble(bool isHalf, int registers) =>
        Avx512Code.TryAssemble(registers <= MostRegistersOfFour ? TwoSums : Append, new AttentionCode(isHalf, registers).Assemble);

    private void Assemble(Assembler assembler, int function)
    {
        switch (function)
        {
            case Scores or FourScores:
                AssembleScores(assembler, queries: function == Scores ? 1 : HeadAttention.Four);
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
