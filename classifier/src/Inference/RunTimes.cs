namespace ElasticSynapse.Classifier.Inference;

/// <summary>How long a request's sequences took; nothing where the cache had them all.</summary>
/// <param name="Queue">Until a worker took the first.</param>
/// <param name="Inference">From there until the last had run.</param>
internal readonly record struct RunTimes(TimeSpan Queue, TimeSpan Inference)
{
    public static RunTimes operator +(RunTimes first, RunTimes second) =>
        new(first.Queue + second.Queue, first.Inference + second.Inference);
}
