using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Classifies what clients of the tensor protocols send: texts, or what they have tokenized themselves.</summary>
internal sealed class InputClassifier(TextClassifier classifier)
{
    /// <param name="inputs">At least one, of either kind.</param>
    /// <returns>One an input, in order.</returns>
    public async Task<TextScores[]> ClassifyAsync(IReadOnlyList<ClassifierInput> inputs, Deadline deadline, CancellationToken caller)
    {
        var texts = inputs.Where(input => input.Text is not null).Select(input => new TextInput(input.Text!)).ToArray();
        var sequences = inputs.Where(input => input.Text is null).Select(input => input.Sequence!).ToArray();
        var ofTexts = texts.Length == 0 ? [] : (await classifier.ClassifyAsync(new TextRequest(texts, deadline, caller))).Scores;
        var ofSequences = sequences.Length == 0 ? [] : (await classifier.ClassifyAsync(sequences, deadline, caller)).Scores;
        var (nextText, nextSequence) = (0, 0);
        return [.. inputs.Select(input => input.Text is not null ? ofTexts[nextText++] : ofSequences[nextSequence++])];
    }
}
