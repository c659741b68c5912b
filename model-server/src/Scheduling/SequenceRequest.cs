using System.Diagnostics;
using System.Threading.Channels;
using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>One sequence to generate: one choice for one prompt. The choices of a prompt share its array of tokens, by which
/// the scheduler knows that one's rows serve the others.</summary>
internal sealed class SequenceRequest
{
    // Never more pieces than tokens were asked for, so a slow reader can't grow it beyond that.
    private readonly Channel<GeneratedPiece> _pieces =
        Channel.CreateUnbounded<GeneratedPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>At least one token, and within the context.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>A sequence that grows longer than the context goes on with the newer half of it.</summary>
    public required int MaxTokens { get; init; }

    public required SamplingParameters Sampling { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    /// <summary>Whether the stop string that was found is shown.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>Where the text ends, instead of at <see cref="Stops"/>, for an API with a rule of its own.</summary>
    public IStopRule? StopRule { get; init; }

    /// <summary>Whether special tokens that don't end the sequence are shown as their text.</summary>
    public bool ShowsSpecialTokens { get; init; }

    /// <summary>How many of the likeliest tokens are told with each token's log-probability; null for no log-probabilities.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the last piece tells how likely the text is, for a caller that picks among several.</summary>
    public bool IsRanked { get; init; }

    /// <summary>Set for beam search; as many requests as it returns stand in a row, and <see cref="Sampling"/>'s choice tells
    /// the best from the second.</summary>
    public BeamParameters? Beams { get; init; }

    /// <summary>Whether the first piece is the prompt itself, with its log-probabilities if any are asked for.</summary>
    public bool Echo { get; init; }

    /// <summary>What <see cref="Echo"/> shows.</summary>
    public string PromptText { get; init; } = "";

    /// <summary>Where in <see cref="PromptText"/> each token of the prompt begins, in characters; for a prompt that is scored.</summary>
    public int[] PromptStarts { get; init; } = [];

    public Priority Priority { get; init; }

    /// <summary>When the caller stops waiting.</summary>
    public Deadline Deadline { get; init; } = Deadline.None;

    /// <summary>The caller has gone.</summary>
    public required CancellationToken Cancelled { get; init; }

    /// <summary>The request's span, if it is traced.</summary>
    public Activity? Trace { get; init; }

    /// <summary>Time from admission to a slot; zero until there is one. Set by the scheduler before the first piece.</summary>
    public TimeSpan QueueTime { get; set; }

    /// <summary>Filled by the scheduler, one piece a token; completes after the last, or with the error that ended the sequence.</summary>
    public ChannelReader<GeneratedPiece> Pieces => _pieces.Reader;

    /// <summary>For the scheduler.</summary>
    public ChannelWriter<GeneratedPiece> Output => _pieces.Writer;
}
