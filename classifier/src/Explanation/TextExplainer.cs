using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;

namespace ElasticSynapse.Classifier.Explanation;

/// <summary>Says what each word of a text does, by running the text again without it. Costs a run a word, at most
/// <paramref name="mostSpans"/> a text, which are admitted as any others are.</summary>
internal sealed class TextExplainer(SequenceReader reader, TextScorer scorer, SequenceAdmission admission, int mostSpans)
{
    /// <param name="request">Single texts, read from their beginning or in windows.</param>
    /// <param name="texts">As they were read; of windows the one that scored highest is explained.</param>
    /// <param name="logits">[all sequences of all texts][labels].</param>
    /// <param name="scores">What came out for the texts.</param>
    /// <returns>The scores with explanations, and how long the runs took.</returns>
    public async Task<(TextScores[] Scores, RunTimes Times)> ExplainAsync(
        TextRequest request, bool allowSpecial, ReadText[] texts, float[][] logits, TextScores[] scores)
    {
        var words = new WordSpan[texts.Length][];
        var wholes = new float[texts.Length][]; // [texts][labels]: probabilities of what is explained
        var sequences = new List<TokenSequence>();
        var first = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var strongest = scores[i].Windows?.Strongest ?? 0;
            wholes[i] = scorer.Probabilities(logits[first + strongest]);
            first += texts[i].Sequences.Length;
            var read = texts[i].Windows is { } windows ? windows[strongest].Tokens : new Window(0, texts[i].Tokens - 2);
            var text = request.Inputs[i].Text;
            var tokens = reader.TokensOf(text, allowSpecial, read.First + read.Count).AsSpan(read.First);
            words[i] = WordSpan.Of(text, tokens, mostSpans);
            foreach (var word in words[i])
            {
                sequences.Add(reader.Sequence(Occlusion.Without(tokens, word)));
            }
        }

        var (ran, times) = await admission.RunAsync([.. sequences], request.Deadline, request.Caller);
        var next = 0;
        return ([.. scores.Select((score, i) =>
        {
            float[][] without = [.. ran.AsSpan(next, words[i].Length).ToArray().Select(scorer.Probabilities)];
            next += words[i].Length;
            return score with { Explanation = Occlusion.Effects(words[i], wholes[i], without) };
        })], times);
    }
}
