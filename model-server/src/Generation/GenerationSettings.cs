using ElasticSynapse.ModelServer.Beams;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>What to generate for one prompt, whichever API asks.</summary>
internal sealed record GenerationSettings
{
    public required Prompt Prompt { get; init; }

    /// <summary>With the prompt within the context, unless the text may go on without its older half.</summary>
    public required int MaxTokens { get; init; }

    public required SamplingParameters Sampling { get; init; }

    /// <summary>Sequences for this prompt, which differ in their random numbers.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Whether each text tells how likely it is, for a caller that picks among several.</summary>
    public bool IsRanked { get; init; }

    /// <summary>Set for beam search, which returns <see cref="Choices"/> texts.</summary>
    public BeamParameters? Beams { get; init; }

    /// <summary>The text ends before the first of them.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether the stop string that was found is shown.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>Makes the rule by which a text ends, instead of <see cref="Stops"/>.</summary>
    public Func<IStopRule>? StopRule { get; init; }

    /// <summary>Whether special tokens that don't end the text are shown as their text.</summary>
    public bool ShowsSpecialTokens { get; init; }

    /// <summary>How many of the likeliest tokens are told with each token's log-probability; null for no log-probabilities.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the prompt comes first, with its log-probabilities if any are asked for.</summary>
    public bool Echo { get; init; }
}
