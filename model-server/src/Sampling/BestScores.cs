using ElasticSynapse.ModelServer.Decoding;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>Scores of a row's best tokens alone, penalties applied: all that most requests choose from. Holds buffers of the
/// vocabulary's size for reuse; one thread at a time.</summary>
internal sealed class BestScores
{
    private readonly float[] _scores; // [vocabulary]: negative infinity but for the tokens at hand
    private readonly HashSet<int> _seen = [];
    private int[] _tokens = [];
    private float[] _values = [], _scratch = [];

    public BestScores(int vocabularySize)
    {
        _scores = new float[vocabularySize];
        Array.Fill(_scores, float.NegativeInfinity);
    }

    /// <summary>In order of their ids.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>Parallel to the tokens.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <param name="best">As the run told them.</param>
    /// <returns>Whether no token that is not at hand can matter: then what is chosen is what all scores would give.</returns>
    public bool TryCompute(BestLogits best, ReadOnlySpan<int> sequence, int promptLength, SamplingParameters parameters)
    {
        var needed = parameters.IsGreedy ? 1 : parameters.TopK;
        var isComplete = best.Tokens.Length == _scores.Length;
        if (needed == 0 || best.Tokens.Length < needed || !float.IsFinite(best.Scores[0]) || !(isComplete || OnlyLowers(parameters)))
        {
            return false;
        }
        Take(best);
        LogitsPenalties.Apply(_scores, sequence, promptLength, parameters, _seen);
        for (var i = 0; i < _tokens.Length; i++)
        {
            _values[i] = _scores[_tokens[i]];
            _scores[_tokens[i]] = float.NegativeInfinity;
        }
        _values.CopyTo(_scratch, 0);
        // A token that is not at hand had no more than the least, and has no more now.
        var last = QuickSelect.KthLargest(_scratch, needed);
        return isComplete ? !float.IsNegativeInfinity(last) : last > best.Least;
    }

    private static bool OnlyLowers(SamplingParameters parameters) =>
        parameters is { LogitBias.Count: 0, RepetitionPenalty: >= 1, PresencePenalty: >= 0, FrequencyPenalty: >= 0 };

    private void Take(BestLogits best)
    {
        if (_tokens.Length != best.Tokens.Length)
        {
            (_tokens, _values, _scratch) = (new int[best.Tokens.Length], new float[best.Tokens.Length], new float[best.Tokens.Length]);
        }
        for (var i = 0; i < _tokens.Length; i++)
        {
            _tokens[i] = (int)best.Tokens[i];
            _scores[_tokens[i]] = best.Scores[i];
        }
        Array.Sort(_tokens);
    }
}
