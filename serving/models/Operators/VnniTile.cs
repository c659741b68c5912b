using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of a few rows of bytes with a strip of a matrix of bytes, by AVX-512 VNNI, which adds four products of 8 by 8 bits in
/// one step. .NET has no name for those instructions, so that they are assembled here, as BLAS libraries assemble their kernels
/// for the processor that they find.
/// </summary>
internal static unsafe class VnniTile
{
    /// <summary>Of a strip: four registers. With six rows, 24 of the 32 registers hold sums.</summary>
    public const int Columns = RegisterColumns * Registers;

    /// <summary>That a register takes of each column: of a row, a matrix and a sum alike.</summary>
    public const int Group = 4;

    /// <summary>Of one tile.</summary>
    public const int MostRows = 6;

    private const int RegisterColumns = 16, RegisterBytes = 64;
    private const int Registers = 4;
    private const int GroupBytes = Registers * RegisterBytes;
    private const int Ahead = 32 * GroupBytes; // of a strip, which is fetched before it is needed

    private static readonly nint[]? Tiles = IsCapable ? TryAssemble() : null; // by rows; [0] is not used

    /// <summary>Whether this processor has the instructions, and the system lets code be made.</summary>
    public static bool IsSupported => Tiles is not null;

    // CPUID, leaf 7: VNNI in ECX. .NET has seen to it that the system keeps AVX-512's registers.
    private static bool IsCapable =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx512BW.IsSupported
        && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    /// <param name="x">[rows, inputs], unsigned.</param>
    /// <param name="inputs">A multiple of <see cref="Group"/>.</param>
    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    /// <param name="strip">[inputs / 4, 64, 4], signed; on a cache line.</param>
    /// <param name="sums">[rows, 64], out; on a cache line.</param>
    public static void Run(byte* x, long inputs, int rows, sbyte* strip, int* sums) =>
        ((delegate* unmanaged[Cdecl]<byte*, long, sbyte*, long, int*, void>)Tiles![rows])(x, inputs, strip, inputs / Group, sums);

    private static nint[]? TryAssemble()
    {
        try
        {
            var assembler = new Assembler(64);
            var starts = new Label[MostRows + 1];
            for (var rows = 1; rows <= MostRows; rows++)
            {
                starts[rows] = assembler.CreateLabel();
                assembler.Label(ref starts[rows]);
                Assemble(assembler, rows);
            }
            using var code = new MemoryStream();
            var result = assembler.Assemble(new StreamCodeWriter(code), 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
            var memory = (nint)ExecutableCode.Load(code.ToArray());
            return [0, .. starts[1..].Select(start => memory + (nint)result.GetLabelRIP(start))];
        }
        catch (Win32Exception)
        {
            return null; // ONNX Runtime's own product does as well, if not as fast
        }
    }

    // System V's calling convention: x in rdi, inputs in rsi, strip in rdx, groups in rcx, sums in r8; no register need be kept.
    private static void Assemble(Assembler assembler, int rows)
    {
        AssemblerRegisterZMM[] registers =
        [
            zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
            zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
        ];
        AssemblerMemoryOperand[] inputs =
        [
            __dword_ptr[rdi], __dword_ptr[rdi + rsi], __dword_ptr[rdi + (rsi * 2)],
            __dword_ptr[r9], __dword_ptr[r9 + rsi], __dword_ptr[r9 + (rsi * 2)],
        ];
        var sums = registers.AsSpan(0, rows * Registers);
        var weights = registers.AsSpan(MostRows * Registers, Registers);
        var input = registers[^1];

        assembler.lea(r9, __qword_ptr[rdi + (rsi * 2)]);
        assembler.add(r9, rsi);
        foreach (var sum in sums)
            assembler.vpxord(sum, sum, sum);
        var next = assembler.CreateLabel();
        assembler.Label(ref next);
        for (var i = 0; i < Registers; i++)
        {
            assembler.prefetcht0(__byte_ptr[rdx + (Ahead + (i * RegisterBytes))]);
            assembler.vmovdqa32(weights[i], __zmmword_ptr[rdx + (i * RegisterBytes)]);
        }
        for (var row = 0; row < rows; row++)
        {
            assembler.vpbroadcastd(input, inputs[row]);
            for (var i = 0; i < Registers; i++)
                assembler.vpdpbusd(sums[(row * Registers) + i], input, weights[i]);
        }
        assembler.add(rdi, Group);
        assembler.add(r9, Group);
        assembler.add(rdx, GroupBytes);
        assembler.dec(rcx);
        assembler.jnz(next);
        for (var i = 0; i < sums.Length; i++)
            assembler.vmovdqa32(__zmmword_ptr[r8 + (i * RegisterBytes)], sums[i]);
        assembler.vzeroupper();
        assembler.ret();
    }
}
