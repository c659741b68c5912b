using System.Text;
using System.Threading.Channels;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tracing;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>The sequences of a request, to be read whole or as they come. Disposing lets go of those that still run.</summary>
internal sealed class GenerationInFlight(
    IReadOnlyList<SequenceRequest> sequences, CancellationTokenSource leaving, StreamingOptions streaming, TimeProvider time,
    GenerationTrace? trace = null) : IDisposable
{
    // In place of a sequence's index: nothing came for the time of a keep-alive.
    private const int Silence = -1;

    public int Count => sequences.Count;

    /// <summary>The longest time that one of them waited for a slot.</summary>
    public TimeSpan QueueTime => sequences.Max(sequence => sequence.QueueTime);

    /// <summary>The whole texts, in the order in which they were asked for.</summary>
    public async Task<IReadOnlyList<GeneratedText>> TextsAsync()
    {
        var texts = new List<GeneratedText>(sequences.Count);
        for (var index = 0; index < sequences.Count; index++)
        {
            texts.Add(await ReadAsync(index));
        }
        return texts;
    }

    /// <summary>Pieces of all sequences as they come, each with the index of its sequence.</summary>
    /// <param name="batchLength">Tokens of a piece; null for what the configuration says, or 1.</param>
    /// <param name="onSilence">Called when nothing has come for a while, and again after each such while.</param>
    public async IAsyncEnumerable<(int Index, GeneratedPiece Piece)> PiecesAsync(int? batchLength = null, Func<Task>? onSilence = null)
    {
        var batches = sequences.Select(_ => new PieceBatch(batchLength ?? streaming.BatchLength ?? 1)).ToArray();
        var arrivals = Channel.CreateUnbounded<(int Index, GeneratedPiece Piece)>(new UnboundedChannelOptions { SingleReader = true });
        // A timer of its own for each wait would cost more than the piece that ends it.
        await using var silence = time.CreateTimer(
            _ => arrivals.Writer.TryWrite((Silence, default)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var quietFor = onSilence is null || streaming.KeepAlive == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : streaming.KeepAlive;
        _ = ForwardAsync(arrivals.Writer);

        silence.Change(quietFor, Timeout.InfiniteTimeSpan);
        await foreach (var (index, piece) in arrivals.Reader.ReadAllAsync(leaving.Token))
        {
            if (index == Silence)
            {
                await onSilence!();
            }
            else if (batches[index].Add(piece) is { } batch)
            {
                yield return (index, batch);
            }
            silence.Change(quietFor, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
        trace?.Dispose();
    }

    // Ends with the first error of any sequence, or when all have ended.
    private async Task ForwardAsync(ChannelWriter<(int, GeneratedPiece)> arrivals)
    {
        try
        {
            await Task.WhenAll(sequences.Select(async (sequence, index) =>
            {
                try
                {
                    await foreach (var piece in sequence.Pieces.ReadAllAsync())
                    {
                        trace?.Add(index, piece);
                        arrivals.TryWrite((index, piece));
                    }
                }
                catch (Exception exception)
                {
                    arrivals.TryComplete(exception);
                }
            }));
        }
        finally
        {
            arrivals.TryComplete();
        }
    }

    private async Task<GeneratedText> ReadAsync(int index)
    {
        var text = new StringBuilder();
        var placed = new List<PlacedToken>();
        GeneratedPiece last = default;
        await foreach (var piece in sequences[index].Pieces.ReadAllAsync(leaving.Token))
        {
            trace?.Add(index, piece);
            text.Append(piece.Text);
            placed.AddRange(piece.Placed);
            last = piece;
        }
        return new GeneratedText(text.ToString(), last.Tokens, last.Finish!.Value, placed, last.Score);
    }
}
