using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>Products of a few rows of bytes with a strip of a matrix of bytes, by <see cref="Avx512Code"/>.</summary>
internal static unsafe class Int8Tile
{
    /// <summary>Of a strip: four registers. With six rows, 24 of the 32 registers hold sums.</summary>
    public const int Columns = Avx512Code.Columns * Registers;

    /// <summary>Of one tile.</summary>
    public const int MostRows = 6;

    private const int Registers = 4;
    private const int GroupBytes = Registers * Avx512Code.RegisterBytes;
    private const int Ahead = 32 * GroupBytes; // of a strip, which is fetched before it is needed

    private static readonly nint[]? Tiles = Avx512Code.TryAssemble(MostRows, Assemble); // by rows

    /// <summary>Whether this processor has the instructions, and the system lets code be made.</summary>
    public static bool IsSupported => Tiles is not null;

    /// <param name="x">[rows, inputs], unsigned.</param>
    /// <param name="inputs">A multiple of <see cref="Avx512Code.Group"/>.</param>
    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    /// <param name="strip">[inputs / 4, 64, 4], signed; on a cache line.</param>
    /// <param name="sums">[rows, 64], out; on a cache line.</param>
    public static void Run(byte* x, long inputs, int rows, sbyte* strip, int* sums) =>
        ((delegate* unmanaged[Cdecl]<byte*, long, sbyte*, long, int*, void>)Tiles![rows])(x, inputs, strip, inputs / Avx512Code.Group, sums);

    // x in rdi, inputs in rsi, strip in rdx, groups in rcx, sums in r8.
    private static void Assemble(Assembler assembler, int rows)
    {
        AssemblerMemoryOperand[] inputs =
        [
            __dword_ptr[rdi], __dword_ptr[rdi + rsi], __dword_ptr[rdi + (rsi * 2)],
            __dword_ptr[r9], __dword_ptr[r9 + rsi], __dword_ptr[r9 + (rsi * 2)],
        ];
        var sums = Avx512Code.Registers[..(rows * Registers)];
        var weights = Avx512Code.Registers.Slice(MostRows * Registers, Registers);
        var input = zmm31;

        assembler.lea(r9, __qword_ptr[rdi + (rsi * 2)]);
        assembler.add(r9, rsi);
        foreach (var sum in sums)
            assembler.vpxord(sum, sum, sum);
        var next = assembler.CreateLabel();
        assembler.Label(ref next);
        for (var i = 0; i < Registers; i++)
        {
            assembler.prefetcht0(__byte_ptr[rdx + (Ahead + (i * Avx512Code.RegisterBytes))]);
            assembler.vmovdqa32(weights[i], __zmmword_ptr[rdx + (i * Avx512Code.RegisterBytes)]);
        }
        for (var row = 0; row < rows; row++)
        {
            assembler.vpbroadcastd(input, inputs[row]);
            for (var i = 0; i < Registers; i++)
                assembler.vpdpbusd(sums[(row * Registers) + i], input, weights[i]);
        }
        assembler.add(rdi, Avx512Code.Group);
        assembler.add(r9, Avx512Code.Group);
        assembler.add(rdx, GroupBytes);
        assembler.dec(rcx);
        assembler.jnz(next);
        for (var i = 0; i < sums.Length; i++)
            assembler.vmovdqa32(__zmmword_ptr[r8 + (i * Avx512Code.RegisterBytes)], sums[i]);
        assembler.vzeroupper();
        assembler.ret();
    }
}
