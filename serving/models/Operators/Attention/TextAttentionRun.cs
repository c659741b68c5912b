using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>One run of a node of <see cref="TextAttentionOperator"/>.</summary>
internal unsafe struct TextAttentionRun
{
    private const int CacheLine = 16; // floats

    public TextRows Queries; // [texts, asking, heads * headSize]
    public TextRows Keys;    // [texts, tokens, heads * headSize]
    public TextRows Values;  // the same
    public int* Lengths;     // [texts]: tokens that are no padding
    public float* Y;         // [texts, asking, heads * headSize], out
    public long Texts, Tokens, Asking;
    public int Heads, HeadSize;

    private readonly int Width => Heads * HeadSize;

    /// <summary>On the session's threads.</summary>
    /// <returns>A status.</returns>
    public nint Start(nint context)
    {
        var heads = (int)(Texts * Heads);
        fixed (TextAttentionRun* run = &this)
        {
            return OnnxRuntimeApi.ParallelFor(context, &RunHeadOf, heads, run, batches: heads);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunHeadOf(void* run, nuint head) => ((TextAttentionRun*)run)->RunHead((int)head);

    // Heads are those of all texts.
    private readonly void RunHead(int head)
    {
        var positions = Lengths[head / Heads];
        int allPositions = TextHead.RoundedUp(positions), allColumns = TextHead.RoundedUp(HeadSize);
        long keysLength = (long)allPositions * HeadSize, valuesLength = (long)positions * allColumns;
        var (rowsLength, scoresLength, meansLength) = (TextHead.Columns * HeadSize, TextHead.Rows * allPositions, TextHead.Rows * allColumns);
        var room = ArrayPool<float>.Shared.Rent((int)(keysLength + valuesLength + rowsLength + scoresLength + meansLength) + CacheLine);
        fixed (float* start = room)
        {
            var keys = (float*)(((nuint)start + (CacheLine * sizeof(float)) - 1) & ~(nuint)((CacheLine * sizeof(float)) - 1));
            var values = keys + keysLength;
            var scores = values + valuesLength;
            var means = scores + scoresLength;
            var rows = means + meansLength;
            ReadKeys(head, positions, rows, keys);
            ReadValues(head, positions, values);
            var queries = (int)Math.Min(Asking, positions);
            for (var first = 0; first < queries; first += TextHead.Rows)
            {
                var count = Math.Min(TextHead.Rows, queries - first);
                for (var i = 0; i < count; i++)
                {
                    var query = rows + (i * HeadSize);
                    Queries.Read(Row(head, first + i, Asking), Column(head), Width, query, HeadSize);
                    RowMath.Add(query, 1 / MathF.Sqrt(HeadSize), bias: null, residual: null, query, HeadSize);
                }
                TextHead.Run(rows, count, keys, values, positions, HeadSize, scores, means);
                for (var i = 0; i < count; i++)
                {
                    new Span<float>(means + (i * allColumns), HeadSize).CopyTo(Result(head, first + i));
                }
            }
            // Of padding nothing is of use.
            for (var i = queries; i < Asking; i++)
            {
                Result(head, i).Clear();
            }
        }
        ArrayPool<float>.Shared.Return(room);
    }

    // As strips: columns are positions, those behind the last are zero.
    private readonly void ReadKeys(int head, int positions, float* rows, float* keys)
    {
        for (var first = 0; first < positions; first += TextHead.Columns)
        {
            var count = Math.Min(TextHead.Columns, positions - first);
            for (var i = 0; i < count; i++)
            {
                Keys.Read(Row(head, first + i, Tokens), Column(head), Width, rows + (i * HeadSize), HeadSize);
            }
            new Span<float>(rows + (count * HeadSize), (TextHead.Columns - count) * HeadSize).Clear();
            Transposition.Run(rows, TextHead.Columns, HeadSize, keys + ((long)first * HeadSize));
        }
    }

    // As strips: rows are positions, columns behind the head's last are zero.
    private readonly void ReadValues(int head, int positions, float* values)
    {
        for (var first = 0; first < HeadSize; first += TextHead.Columns)
        {
            var columns = Math.Min(TextHead.Columns, HeadSize - first);
            for (var i = 0; i < positions; i++)
            {
                var at = values + ((long)first * positions) + ((long)i * TextHead.Columns);
                Values.Read(Row(head, i, Tokens), Column(head) + first, Width, at, columns);
                new Span<float>(at + columns, TextHead.Columns - columns).Clear();
            }
        }
    }

    private readonly long Row(int head, long token, long tokens) => (head / Heads * tokens) + token;

    private readonly int Column(int head) => head % Heads * HeadSize;

    private readonly Span<float> Result(int head, long token) => new(Y + (Row(head, token, Asking) * Width) + Column(head), HeadSize);
}
