using ElasticSynapse.Classifier.Labels;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>Classifies what clients of the tensor protocols send: texts, or what they have tokenized themselves.</summary>
internal sealed class InputClassifier(TextClassifier classifier)
{
    /// <param name="inputs">At least one, all of the same kind.</param>
    /// <returns>One an input, in order.</returns>
    /// <exception cref="ApiException">Texts and tokens together; and what the classifier refuses.</exception>
    public async Task<TextScores[]> ClassifyAsync(IReadOnlyList<ClassifierInput> inputs, Deadline deadline, CancellationToken caller)
    {
        if (inputs.Any(input => input.Text is null) != inputs.All(input => input.Text is null))
        {
            throw ApiException.Invalid("inputs", "some inputs are texts and some are token ids; a request takes one kind");
        }
        var classified = inputs[0].Text is null
            ? await classifier.ClassifyAsync([.. inputs.Select(input => input.Sequence!)], deadline, caller)
            : await classifier.ClassifyAsync(new TextRequest([.. inputs.Select(input => new TextInput(input.Text!))], deadline, caller));
        return classified.Scores;
    }
}
