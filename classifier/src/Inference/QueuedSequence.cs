namespace ElasticSynapse.Classifier.Inference;

/// <summary>A sequence of a request that waits.</summary>
/// <param name="Index">Which of the request's.</param>
/// <param name="Arrived">Timestamp of the request's arrival.</param>
internal readonly record struct QueuedSequence(QueuedRequest Request, int Index, long Arrived)
{
    public TokenSequence Sequence => Request.Sequence(Index);
}
