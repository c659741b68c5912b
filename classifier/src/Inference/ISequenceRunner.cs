namespace ElasticSynapse.Classifier.Inference;

/// <summary>Runs the model. Belongs to one worker.</summary>
internal interface ISequenceRunner : IDisposable
{
    /// <param name="sequences">What shares the run; at least one.</param>
    /// <returns>[sequences][labels]: logits.</returns>
    float[][] Run(IReadOnlyList<TokenSequence> sequences);
}
