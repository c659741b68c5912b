using System.Collections.Frozen;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>How the next token is chosen, with Hugging Face's meanings and neutral defaults.</summary>
internal sealed record SamplingParameters
{
    /// <summary>Logits are divided by it; 0 means greedy.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keep the k likeliest tokens and their ties; 0 is off.</summary>
    public int TopK { get; init; }

    /// <summary>Keep the smallest set of tokens that reaches this probability; 1 is off, 0 keeps the best alone.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Drop tokens less likely than this share of the best one's probability; 0 is off.</summary>
    public float MinP { get; init; }

    /// <summary>Keep the tokens whose information is closest to what the distribution has on average, until they reach this
    /// probability; 1 is off. Meister et al. 2022.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides the positive and multiplies the negative scores of tokens that already occur, prompt included; 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>No run of this many tokens occurs twice, prompt included; 0 is off.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Taken off the score of each token that was generated before, once.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken off the score of each token as often as it was generated before.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the scores of single tokens.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = FrozenDictionary<int, float>.Empty;

    /// <summary>Tokens that must be generated before one of <see cref="EndTokens"/>.</summary>
    public int MinTokens { get; init; }

    /// <summary>Tokens that end the sequence and are not shown.</summary>
    public IReadOnlySet<int> EndTokens { get; init; } = FrozenSet<int>.Empty;

    /// <summary>With <see cref="Choice"/> and a token's position it decides the draw.</summary>
    public long Seed { get; init; }

    /// <summary>Which of its prompt's choices the sequence is.</summary>
    public int Choice { get; init; }

    public bool IsGreedy => Temperature == 0;

    /// <summary>Whether <see cref="LogitsPenalties"/> may change a score.</summary>
    public bool HasPenalties => this is not { LogitBias.Count: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0, NoRepeatNgramSize: 0, MinTokens: 0 };
}
