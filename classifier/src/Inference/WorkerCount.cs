using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>How many sequences run at a time, each on one thread.</summary>
internal sealed record WorkerCount(int Workers)
{
    /// <summary>One a core that the process may use, unless <see cref="RuntimeOptions.Threads"/> says how many.</summary>
    public static WorkerCount Of(RuntimeOptions runtime, int cores) =>
        new(runtime.Threads == 0 ? cores : runtime.Threads);
}
