namespace ElasticSynapse.Classifier.Inference;

/// <summary>Runs the model on one sequence at a time. Belongs to one worker.</summary>
internal interface ISequenceRunner : IDisposable
{
    /// <param name="sequence">[tokens], with [CLS] and [SEP].</param>
    /// <returns>[labels]: logits.</returns>
    float[] Run(ReadOnlySpan<int> sequence);
}
