using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Products of a few rows of bytes with a strip of a matrix of 4 bits, by <see cref="Avx512Code"/>: whole numbers within a block,
/// floats from block to block.
/// </summary>
internal static unsafe class Int4Tile
{
    /// <summary>Of a strip: four registers. With six rows, 24 of the 32 registers hold sums.</summary>
    public const int Columns = Avx512Code.Columns * Registers;

    /// <summary>Of one tile.</summary>
    public const int MostRows = 6;

    /// <summary>Inputs whose weights lie in one register for 16 columns: the first four in the low halves of bytes, then the next.</summary>
    public const int Inputs = 2 * Avx512Code.Group;

    private const int Registers = 4;
    private const int StepBytes = Registers * Avx512Code.RegisterBytes;
    private const int Ahead = 32 * StepBytes; // of a strip, which is fetched before it is needed
    private const uint LowHalves = 0x0F0F0F0F;
    private const byte HalfBits = 4;

    private static readonly nint[]? Tiles = Avx512Code.TryAssemble(MostRows, Assemble); // by rows

    /// <summary>Whether this processor has the instructions, and the system lets code be made.</summary>
    public static bool IsSupported => Tiles is not null;

    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    /// <param name="arguments">Its blocks are counted down to 0.</param>
    public static void Run(int rows, Arguments* arguments) => ((delegate* unmanaged[Cdecl]<Arguments*, void>)Tiles![rows])(arguments);

    /// <summary>As the code reads them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Arguments
    {
        public sbyte* X;            // [rows, blocks * inputs of a block]
        public long RowBytes;       // from one row of x to the next
        public byte* Strip;         // [blocks, steps, 64, 4], codes above 0; on a cache line
        public long Blocks;
        public float* Scales;       // [blocks, 64], on a cache line
        public float* InputScales;  // [blocks, all rows], from the first row on
        public int* Offsets;        // [blocks, all rows], from the first row on: what sums start from
        public long BlockBytes;     // from one block of the last two to the next
        public long Steps;          // of a block: 8 inputs each
        public float* Sums;         // [rows, 64], added to; on a cache line
    }

    private static void Assemble(Assembler assembler, int rows)
    {
        AssemblerMemoryOperand[] inputs =
        [
            __dword_ptr[rax], __dword_ptr[rax + rsi], __dword_ptr[rax + (rsi * 2)],
            __dword_ptr[r9], __dword_ptr[r9 + rsi], __dword_ptr[r9 + (rsi * 2)],
        ];
        var sums = Avx512Code.Registers[..(rows * Registers)];
        var weights = Avx512Code.Registers.Slice(MostRows * Registers, Registers);
        AssemblerRegisterZMM input = zmm28, product = zmm29, lowHalves = zmm31;

        assembler.push(rbx);
        assembler.mov(rax, Field(nameof(Arguments.X)));
        assembler.mov(rsi, Field(nameof(Arguments.RowBytes)));
        assembler.mov(rdx, Field(nameof(Arguments.Strip)));
        assembler.mov(rbx, Field(nameof(Arguments.Scales)));
        assembler.mov(r10, Field(nameof(Arguments.InputScales)));
        assembler.mov(r11, Field(nameof(Arguments.Offsets)));
        assembler.mov(r8, Field(nameof(Arguments.Sums)));
        assembler.lea(r9, __qword_ptr[rax + (rsi * 2)]);
        assembler.add(r9, rsi);
        assembler.mov(ecx, LowHalves);
        assembler.vpbroadcastd(lowHalves, ecx);

        var nextBlock = assembler.CreateLabel();
        assembler.Label(ref nextBlock);
        for (var row = 0; row < rows; row++)
        {
            assembler.vpbroadcastd(sums[row * Registers], __dword_ptr[r11 + (row * sizeof(int))]);
            for (var i = 1; i < Registers; i++)
                assembler.vmovdqa32(sums[(row * Registers) + i], sums[row * Registers]);
        }
        assembler.mov(rcx, Field(nameof(Arguments.Steps)));

        var nextStep = assembler.CreateLabel();
        assembler.Label(ref nextStep);
        for (var i = 0; i < Registers; i++)
        {
            assembler.prefetcht0(__byte_ptr[rdx + (Ahead + (i * Avx512Code.RegisterBytes))]);
            assembler.vpandd(weights[i], lowHalves, __zmmword_ptr[rdx + (i * Avx512Code.RegisterBytes)]);
        }
        Multiply(sums, weights, displacement: 0);
        for (var i = 0; i < Registers; i++)
        {
            assembler.vpsrlw(weights[i], __zmmword_ptr[rdx + (i * Avx512Code.RegisterBytes)], HalfBits);
            assembler.vpandd(weights[i], weights[i], lowHalves);
        }
        Multiply(sums, weights, displacement: Avx512Code.Group);
        assembler.add(rax, Inputs);
        assembler.add(r9, Inputs);
        assembler.add(rdx, StepBytes);
        assembler.dec(rcx);
        assembler.jnz(nextStep);

        for (var i = 0; i < Registers; i++)
            assembler.vmovaps(weights[i], __zmmword_ptr[rbx + (i * Avx512Code.RegisterBytes)]);
        for (var row = 0; row < rows; row++)
        {
            assembler.vbroadcastss(input, __dword_ptr[r10 + (row * sizeof(float))]);
            for (var i = 0; i < Registers; i++)
            {
                var sum = sums[(row * Registers) + i];
                var total = __zmmword_ptr[r8 + (((row * Registers) + i) * Avx512Code.RegisterBytes)];
                assembler.vcvtdq2ps(sum, sum);
                assembler.vmulps(product, weights[i], input);
                assembler.vfmadd213ps(product, sum, total);
                assembler.vmovaps(total, product);
            }
        }
        assembler.add(rbx, StepBytes);
        assembler.add(r10, Field(nameof(Arguments.BlockBytes)));
        assembler.add(r11, Field(nameof(Arguments.BlockBytes)));
        assembler.dec(Field(nameof(Arguments.Blocks)));
        assembler.jnz(nextBlock);
        assembler.vzeroupper();
        assembler.pop(rbx);
        assembler.ret();

        void Multiply(ReadOnlySpan<AssemblerRegisterZMM> sums, ReadOnlySpan<AssemblerRegisterZMM> weights, int displacement)
        {
            for (var row = 0; row < rows; row++)
            {
                assembler.vpbroadcastd(input, inputs[row] + displacement);
                for (var i = 0; i < Registers; i++)
                    assembler.vpdpbusd(sums[(row * Registers) + i], weights[i], input);
            }
        }
    }

    // The arguments in rdi.
    private static AssemblerMemoryOperand Field(string name) => __qword_ptr[rdi + (int)Marshal.OffsetOf<Arguments>(name)];
}
