using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a node of <see cref="AttentionOperator"/>. Rows: tokens of this run, those of a sequence together.</summary>
internal unsafe struct AttentionRun
{
    private const int QueriesATask = 16;
    private const long LeastPositions = 512; // of all queries' heads, that are worth waking a thread
    private const int MostOnTheStack = 1 << 13; // floats

    public float* X;          // [rows, 3, heads, headSize]: queries, keys, values
    public float* RowScales;  // [rows], or null
    public float* Bias;       // [3, heads, headSize], or null
    public int* LastIndices;  // [batch]: of each sequence, after this run
    public byte* Keys;        // [batch, heads, slot, headSize] of halves or floats, out
    public byte* Values;      // the same
    public float* Y;          // [rows, heads, headSize], out
    public long Batch, Tokens, Slot;
    public int Heads, HeadSize;
    public float Scale;
    public bool IsHalf;       // what is cached

    /// <summary>For what is cached.</summary>
    public readonly HeadAttention Attention => HeadAttention.For(IsHalf, HeadSize)!;

    private readonly int Width => Heads * HeadSize;

    private readonly long PositionBytes => (long)HeadSize * Attention.ElementBytes;

    private readonly long QueryTasks => (Tokens + QueriesATask - 1) / QueriesATask;

    /// <summary>On the session's threads, if there is enough to do.</summary>
    /// <returns>A status.</returns>
    public nint Start(nint context)
    {
        long positions = 0;
        for (var sequence = 0; sequence < Batch; sequence++)
        {
            positions += (LastIndices[sequence] + 1) * Tokens * Heads;
        }
        var heads = (int)(Batch * Heads);
        if (positions < LeastPositions)
        {
            for (var head = 0; head < heads; head++)
            {
                Append(head);
                Attend(head, 0, Tokens);
            }
            return 0;
        }
        fixed (AttentionRun* run = &this)
        {
            if (Tokens == 1)
            {
                return OnnxRuntimeApi.ParallelFor(context, &AppendAndAttendOf, heads, run, batches: heads);
            }
            // A query needs the keys of those before it, which other tasks may have.
            var status = OnnxRuntimeApi.ParallelFor(context, &AppendOf, heads, run, batches: heads);
            var tasks = (int)(heads * QueryTasks);
            return status != 0 ? status : OnnxRuntimeApi.ParallelFor(context, &AttendOf, tasks, run, batches: tasks);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AppendAndAttendOf(void* run, nuint head)
    {
        ((AttentionRun*)run)->Append((int)head);
        ((AttentionRun*)run)->Attend((int)head, 0, 1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AppendOf(void* run, nuint head) => ((AttentionRun*)run)->Append((int)head);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AttendOf(void* run, nuint task)
    {
        var self = (AttentionRun*)run;
        var first = (long)task % self->QueryTasks * QueriesATask;
        self->Attend((int)((long)task / self->QueryTasks), first, Math.Min(first + QueriesATask, self->Tokens));
    }

    // Puts a head's new keys and values behind what is in the cache. Heads are those of all sequences.
    [SkipLocalsInit]
    private readonly void Append(int head)
    {
        var vector = stackalloc float[HeadSize];
        var past = LastIndices[head / Heads] + 1 - Tokens;
        for (var token = 0; token < Tokens; token++)
        {
            var at = ((head * Slot) + past + token) * PositionBytes;
            Read(head, token, part: 1, 1, vector);
            Attention.Append(vector, Keys + at);
            Read(head, token, part: 2, 1, vector);
            Attention.Append(vector, Values + at);
        }
    }

    [SkipLocalsInit]
    private readonly void Attend(int head, long first, long end)
    {
        var length = LastIndices[head / Heads] + 1;
        var room = HeadAttention.Four * HeadAttention.RoundedUp(length);
        if (room > MostOnTheStack)
        {
            var large = (float*)NativeMemory.Alloc((nuint)room, sizeof(float));
            Attend(head, first, end, large);
            NativeMemory.Free(large);
            return;
        }
        var scores = stackalloc float[room];
        Attend(head, first, end, scores);
    }

    [SkipLocalsInit]
    private readonly void Attend(int head, long first, long end, float* scores)
    {
        var queries = stackalloc float[HeadAttention.Four * HeadSize];
        var past = LastIndices[head / Heads] + 1 - Tokens;
        byte* keys = Keys + (head * Slot * PositionBytes), values = Values + (head * Slot * PositionBytes);
        for (var token = first; token < end;)
        {
            var positions = (int)(past + token + 1);
            var y = Y + (Row(head, token) * Width) + (head % Heads * HeadSize);
            if (token + HeadAttention.Four <= end && Attention.RunsFour && HeadAttention.RoundedUp(positions + HeadAttention.Four) <= Slot)
            {
                for (var i = 0; i < HeadAttention.Four; i++)
                    Read(head, token + i, part: 0, Scale, queries + (i * HeadSize));
                Attention.RunFour(queries, keys, values, positions, scores, y, Width);
                token += HeadAttention.Four;
                continue;
            }
            Read(head, token, part: 0, Scale, queries);
            if (HeadAttention.RoundedUp(positions) <= Slot)
                Attention.Run(queries, keys, values, positions, keys + (Slot * PositionBytes), scores, y);
            else
                RunAtTheEnd(queries, keys, values, positions, scores, y);
            token++;
        }
    }

    // Behind the last slot there may be no memory to read.
    private readonly void RunAtTheEnd(float* query, byte* keys, byte* values, int positions, float* scores, float* y)
    {
        var copy = (byte*)NativeMemory.AllocZeroed((nuint)HeadAttention.RoundedUp(positions), (nuint)PositionBytes);
        NativeMemory.Copy(keys, copy, (nuint)(positions * PositionBytes));
        Attention.Run(query, copy, values, positions, copy, scores, y);
        NativeMemory.Free(copy);
    }

    private readonly long Row(int head, long token) => (head / Heads * Tokens) + token;

    // (x * scale of the row + bias) * factor
    private readonly void Read(int head, long token, int part, float factor, float* vector)
    {
        var row = Row(head, token);
        var column = (part * Width) + (head % Heads * HeadSize);
        var result = new Span<float>(vector, HeadSize);
        var x = new ReadOnlySpan<float>(X + (row * 3 * Width) + column, HeadSize);
        var scale = RowScales == null ? 1 : RowScales[row];
        if (Bias == null)
            TensorPrimitives.Multiply(x, scale, result);
        else
            TensorPrimitives.MultiplyAdd(x, scale, new ReadOnlySpan<float>(Bias + column, HeadSize), result);
        if (factor != 1)
            TensorPrimitives.Multiply(result, factor, result);
    }
}
