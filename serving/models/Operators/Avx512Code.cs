using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Machine code for AVX-512 with VNNI, which adds four products of 8 by 8 bits in one step, and of halves, which it makes floats of
/// as it reads them. .NET has no name for those instructions, so that they are assembled here, as BLAS libraries assemble their
/// kernels for the processor that they find. Functions follow System V's calling convention.
/// </summary>
internal static class Avx512Code
{
    /// <summary>Bytes that VNNI takes of each column: of a row, a matrix and a sum alike.</summary>
    public const int Group = 4;

    /// <summary>Of a register: columns of such a group, or floats.</summary>
    public const int Columns = 16, RegisterBytes = 64;

    /// <summary>In their order.</summary>
    public static ReadOnlySpan<AssemblerRegisterZMM> Registers => AllRegisters;

    private static readonly AssemblerRegisterZMM[] AllRegisters =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    // CPUID, leaf 7: VNNI in ECX. .NET has seen to it that the system keeps AVX-512's registers.
    private static bool IsCapable =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx512BW.IsSupported
        && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    /// <summary>Assembles functions, for 1 to <paramref name="most"/> of something.</summary>
    /// <returns>Where they begin, by its number; null if the processor or the system does not have it.</returns>
    public static nint[]? TryAssemble(int most, Action<Assembler, int> assemble)
    {
        if (!IsCapable)
        {
            return null;
        }
        try
        {
            var assembler = new Assembler(64);
            var starts = new Label[most + 1];
            for (var number = 1; number <= most; number++)
            {
                starts[number] = assembler.CreateLabel();
                assembler.Label(ref starts[number]);
                assemble(assembler, number);
            }
            using var code = new MemoryStream();
            var result = assembler.Assemble(new StreamCodeWriter(code), 0, BlockEncoderOptions.ReturnNewInstructionOffsets);
            var memory = ExecutableCode.Load(code.ToArray());
            return [0, .. starts[1..].Select(start => memory + (nint)result.GetLabelRIP(start))];
        }
        catch (Win32Exception)
        {
            return null; // ONNX Runtime's own product does as well, if not as fast
        }
    }
}
