using System.Runtime.InteropServices;
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

    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    public static void Run(int rows, Arguments* arguments) => ((delegate* unmanaged[Cdecl]<Arguments*, void>)Tiles![rows])(arguments);

    /// <summary>As the code reads them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Arguments
    {
        public byte* X;       // [rows, inputs], unsigned
        public long RowBytes; // from one row of x to the next
        public sbyte* Strip;  // [groups, 64, 4], signed; on a cache line
        public long Groups;   // of inputs
        public int* Start;    // [64]: what sums start from; on a cache line
        public float* Scales; // [64], of the sums; on a cache line
        public float* Y;      // [rows, 64], out
        public long YBytes;   // from one row of y to the next
        public sbyte* Next;   // is fetched from memory meanwhile, a cache line for each group
    }

    private static void Assemble(Assembler assembler, int rows)
    {
        AssemblerMemoryOperand[] inputs =
        [
            __dword_ptr[rax], __dword_ptr[rax + rsi], __dword_ptr[rax + (rsi * 2)],
            __dword_ptr[r10], __dword_ptr[r10 + rsi], __dword_ptr[r10 + (rsi * 2)],
        ];
        var sums = Avx512Code.Registers[..(rows * Registers)];
        var weights = Avx512Code.Registers.Slice(MostRows * Registers, Registers);
        var input = zmm31;

        Load(rax, nameof(Arguments.X));
        Load(rsi, nameof(Arguments.RowBytes));
        Load(rdx, nameof(Arguments.Strip));
        Load(rcx, nameof(Arguments.Groups));
        Load(r8, nameof(Arguments.Start));
        Load(r9, nameof(Arguments.Next));
        assembler.lea(r10, __qword_ptr[rax + (rsi * 2)]);
        assembler.add(r10, rsi);
        for (var i = 0; i < sums.Length; i++)
            assembler.vmovdqa32(sums[i], __zmmword_ptr[r8 + (i % Registers * Avx512Code.RegisterBytes)]);
        var next = assembler.CreateLabel();
        assembler.Label(ref next);
        for (var i = 0; i < Registers; i++)
        {
            assembler.prefetcht0(__byte_ptr[rdx + (Ahead + (i * Avx512Code.RegisterBytes))]);
            assembler.vmovdqa32(weights[i], __zmmword_ptr[rdx + (i * Avx512Code.RegisterBytes)]);
        }
        assembler.prefetcht1(__byte_ptr[r9]);
        for (var row = 0; row < rows; row++)
        {
            assembler.vpbroadcastd(input, inputs[row]);
            for (var i = 0; i < Registers; i++)
                assembler.vpdpbusd(sums[(row * Registers) + i], input, weights[i]);
        }
        assembler.add(rax, Avx512Code.Group);
        assembler.add(r10, Avx512Code.Group);
        assembler.add(r9, Avx512Code.RegisterBytes);
        assembler.add(rdx, GroupBytes);
        assembler.dec(rcx);
        assembler.jnz(next);

        Load(rax, nameof(Arguments.Scales));
        Load(rdx, nameof(Arguments.Y));
        Load(rsi, nameof(Arguments.YBytes));
        for (var i = 0; i < Registers; i++)
            assembler.vmovaps(weights[i], __zmmword_ptr[rax + (i * Avx512Code.RegisterBytes)]);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < Registers; i++)
            {
                var sum = sums[(row * Registers) + i];
                assembler.vcvtdq2ps(sum, sum);
                assembler.vmulps(sum, sum, weights[i]);
                assembler.vmovups(__zmmword_ptr[rdx + (i * Avx512Code.RegisterBytes)], sum);
            }
            assembler.add(rdx, rsi);
        }
        assembler.vzeroupper();
        assembler.ret();

        void Load(AssemblerRegister64 register, string argument) =>
            assembler.mov(register, __qword_ptr[rdi + (int)Marshal.OffsetOf<Arguments>(argument)]);
    }
}
