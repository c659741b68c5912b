using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Generation;

public sealed class GenerationInFlightTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _leaving = new();

    [Fact]
    public async Task Pieces_OfSeveralSequences_ComeAsTheyAreMade()
    {
        var (first, second) = (Sequence(), Sequence());
        await using var pieces = InFlight(first, second).PiecesAsync().GetAsyncEnumerator();

        Write(second, "b", 1);
        Assert.Equal((1, "b"), await NextAsync(pieces));
        Write(first, "a", 1);
        Assert.Equal((0, "a"), await NextAsync(pieces));
        Write(second, "B", 2, FinishReason.Length);
        Assert.Equal((1, "B"), await NextAsync(pieces));
        Write(first, "A", 2, FinishReason.Length);
        Assert.Equal((0, "A"), await NextAsync(pieces));
        Assert.False(await pieces.MoveNextAsync());
    }

    [Fact]
    public async Task Pieces_NothingComes_SilenceIsToldEachTimeUntilSomethingDoes()
    {
        var sequence = Sequence();
        var silences = 0;
        await using var pieces = InFlight(sequence).PiecesAsync(onSilence: () => Task.FromResult(++silences)).GetAsyncEnumerator();
        var next = pieces.MoveNextAsync().AsTask();

        for (var expected = 1; expected <= 3; expected++)
        {
            await _time.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
            _time.Advance(TimeSpan.FromSeconds(14));
            Assert.Equal(expected - 1, Volatile.Read(ref silences));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
        Assert.Equal(3, Volatile.Read(ref silences));
        Assert.False(next.IsCompleted);
        Write(sequence, "a", 1, FinishReason.Length);
        Assert.True(await next);
    }

    [Fact]
    public async Task Pieces_KeepAliveOfZero_SetsNoTimer()
    {
        var sequence = Sequence();
        var generation = new GenerationInFlight([sequence], _leaving, new StreamingOptions { KeepAlive = TimeSpan.Zero }, _time);
        await using var pieces = generation.PiecesAsync(onSilence: () => throw new InvalidOperationException()).GetAsyncEnumerator();
        var next = pieces.MoveNextAsync().AsTask();
        _time.Advance(TimeSpan.FromDays(1));
        Write(sequence, "a", 1, FinishReason.Length);
        Assert.True(await next);
    }

    [Fact]
    public async Task Pieces_InBatches_AreJoined()
    {
        var sequence = Sequence();
        Write(sequence, "prompt", 0);
        Write(sequence, "a", 1);
        Write(sequence, "b", 2);
        Write(sequence, "c", 3);
        Write(sequence, "d", 4, FinishReason.EndOfText);
        var generation = new GenerationInFlight([sequence], _leaving, new StreamingOptions { BatchLength = 3 }, _time);
        var pieces = new List<(string, int, FinishReason?)>();
        await foreach (var (_, piece) in generation.PiecesAsync())
        {
            pieces.Add((piece.Text, piece.Tokens, piece.Finish));
        }
        Assert.Equal([("prompt", 0, null), ("abc", 3, null), ("d", 4, FinishReason.EndOfText)], pieces);
    }

    [Fact]
    public async Task Pieces_OneSequenceFails_EndsWithItsError()
    {
        var (first, second) = (Sequence(), Sequence());
        await using var pieces = InFlight(first, second).PiecesAsync().GetAsyncEnumerator();
        second.Output.Complete(new ApiException(ErrorKind.Internal, "generation failed"));
        var error = await Assert.ThrowsAsync<ApiException>(async () => await pieces.MoveNextAsync());
        Assert.Equal("generation failed", error.Message);
    }

    [Fact]
    public void Dispose_LetsGoOfWhatRuns()
    {
        var sequence = Sequence();
        InFlight(sequence).Dispose();
        Assert.True(sequence.Cancelled.IsCancellationRequested);
    }

    public void Dispose() => _leaving.Dispose();

    private GenerationInFlight InFlight(params SequenceRequest[] sequences) => new(sequences, _leaving, new StreamingOptions(), _time);

    private SequenceRequest Sequence() => new()
    {
        Prompt = [1], MaxTokens = 5, Sampling = new SamplingParameters(), Stops = [], Cancelled = _leaving.Token,
    };

    private static void Write(SequenceRequest sequence, string text, int tokens, FinishReason? finish = null)
    {
        Assert.True(sequence.Output.TryWrite(new GeneratedPiece(text, tokens, finish, [])));
        if (finish is not null)
        {
            sequence.Output.Complete();
        }
    }

    private static async Task<(int, string)> NextAsync(IAsyncEnumerator<(int Index, GeneratedPiece Piece)> pieces)
    {
        Assert.True(await pieces.MoveNextAsync().AsTask().WaitAsync(Patience));
        return (pieces.Current.Index, pieces.Current.Piece.Text);
    }
}
