using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>
/// The state of a beam search: running beams with their scores, and the finished texts. Knows nothing of models or slots.
/// </summary>
/// <remarks>The vectorised search of Hugging Face transformers (since 4.50), in its order and in single precision.</remarks>
internal sealed class BeamSearch
{
    /// <summary>Stands for minus infinity, as there; sums with it stay finite.</summary>
    private const float Never = -1e9f;

    private readonly BeamParameters _parameters;
    private readonly int _maxTokens;
    private readonly TopCandidates _candidates;
    private readonly List<FinishedBeam> _finished = []; // descending; at most a beam's width
    private readonly float[] _scores;                   // of the running beams, descending
    private bool _improvementIsPossible = true;
    private int _generated;

    /// <param name="parameters">Of the search.</param>
    /// <param name="maxTokens">Tokens to generate at most.</param>
    /// <param name="endTokens">How many tokens end a text.</param>
    public BeamSearch(BeamParameters parameters, int maxTokens, int endTokens)
    {
        (_parameters, _maxTokens) = (parameters, maxTokens);
        _candidates = new TopCandidates(Math.Max(2, 1 + endTokens) * parameters.Width);
        // So that the first step extends one beam only: all are the same prompt.
        _scores = [0, .. Enumerable.Repeat(Never, parameters.Width - 1)];
    }

    /// <summary>The best texts, descending, once <see cref="Advance"/> has ended the search.</summary>
    public IReadOnlyList<FinishedBeam> Finished => _finished;

    /// <summary>Forgets the last step's candidates; then every beam adds its own.</summary>
    public void Begin() => _candidates.Clear();

    /// <param name="beam">All of them, in ascending order.</param>
    /// <param name="logprobs">[vocabulary], penalties applied.</param>
    public void Add(int beam, ReadOnlySpan<float> logprobs) => _candidates.Add(beam, _scores[beam], logprobs);

    /// <summary>Ends a step: (1) finishes texts, (2) chooses the beams that go on, (3) sees whether they could get anywhere.</summary>
    /// <param name="finish">Why a candidate's text ends with it; null if it goes on.</param>
    /// <param name="tokens">The generated tokens with a candidate.</param>
    /// <param name="next">Gets the beams that go on, descending: as many as the search is wide.</param>
    /// <returns>True if the search goes on.</returns>
    public bool Advance(Func<BeamCandidate, FinishReason?> finish, Func<BeamCandidate, int[]> tokens, Span<BeamCandidate> next)
    {
        _generated++;
        var width = _parameters.Width;
        var isClosed = !_improvementIsPossible || (_parameters.EarlyStopping == EarlyStopping.WhenFull && _finished.Count == width);
        var running = new List<BeamCandidate>(_candidates.Best.Count);
        for (var rank = 0; rank < _candidates.Best.Count; rank++) // 1
        {
            var candidate = _candidates.Best[rank];
            if (finish(candidate) is not { } reason)
            {
                running.Add(candidate);
            }
            // One of lower rank is no better than what goes on without it.
            else if (rank < width && !isClosed)
            {
                Finish(new FinishedBeam(tokens(candidate), candidate.Score / Divisor(_generated), reason));
            }
        }
        if (running.Count == 0)
        {
            return false;
        }
        for (var beam = 0; beam < width; beam++) // 2
        {
            // Fewer go on than there are beams only when most candidates have ended: the rest repeat the last one, without hope.
            next[beam] = beam < running.Count ? running[beam] : running[^1] with { Score = Never };
            _scores[beam] = next[beam].Score;
        }
        _improvementIsPossible &= _finished.Count < width || BestPossible() > _finished[^1].Score; // 3
        return _improvementIsPossible && !(_parameters.EarlyStopping == EarlyStopping.WhenFull && _finished.Count == width);
    }

    private float BestPossible()
    {
        var length = _parameters is { EarlyStopping: EarlyStopping.Never, LengthPenalty: > 0 } ? _maxTokens : _generated;
        return _scores[0] / Divisor(length);
    }

    private float Divisor(int length) => (float)Math.Pow(length, _parameters.LengthPenalty);

    private void Finish(FinishedBeam beam)
    {
        var place = _finished.FindIndex(other => other.Score < beam.Score);
        _finished.Insert(place < 0 ? _finished.Count : place, beam);
        if (_finished.Count > _parameters.Width)
        {
            _finished.RemoveAt(_parameters.Width);
        }
    }
}
