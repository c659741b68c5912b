using System.Numerics.Tensors;

namespace ElasticSynapse.ModelServer.Sampling;

/// <summary>A token with its natural log-probability and the likeliest tokens at its place, from the model's own distribution:
/// before penalties, temperature and the like, which is what scoring needs.</summary>
/// <param name="Token">The token at this place.</param>
/// <param name="Logprob">Its log-probability.</param>
/// <param name="Top">The likeliest tokens, descending; equal ones by ascending id.</param>
internal sealed record TokenLogprobs(int Token, float Logprob, IReadOnlyList<(int Token, float Logprob)> Top)
{
    /// <param name="logits">[vocabulary], as the model gave them.</param>
    /// <param name="token">The token that stands at this place.</param>
    /// <param name="topCount">How many of the likeliest are wanted; small.</param>
    public static TokenLogprobs Of(ReadOnlySpan<float> logits, int token, int topCount)
    {
        var normalizer = VocabularySums.LogSumOfExponentials(logits);
        var top = new List<(int Token, float Logprob)>(topCount + 1);
        for (var start = 0; topCount > 0 && start < logits.Length; start += VocabularySums.Block)
        {
            var end = Math.Min(start + VocabularySums.Block, logits.Length);
            // Of most blocks none is among them.
            if (top.Count == topCount && TensorPrimitives.Max(logits[start..end]) <= logits[top[^1].Token])
            {
                continue;
            }
            for (var candidate = start; candidate < end; candidate++)
            {
                if (top.Count == topCount && logits[candidate] <= logits[top[^1].Token])
                {
                    continue;
                }
                var place = top.Count;
                while (place > 0 && logits[candidate] > logits[top[place - 1].Token])
                {
                    place--;
                }
                top.Insert(place, (candidate, (float)(logits[candidate] - normalizer)));
                if (top.Count > topCount)
                {
                    top.RemoveAt(topCount);
                }
            }
        }
        return new TokenLogprobs(token, (float)(logits[token] - normalizer), top);
    }
}
