namespace ElasticSynapse.Classifier.Inference;

/// <summary>Runs the model on one sequence at a time. Belongs to one worker.</summary>
internal interface ISequenceRunner : IDisposable
{
    /// <returns>[labels]: logits.</returns>
    float[] Run(TokenSequence sequence);
}
