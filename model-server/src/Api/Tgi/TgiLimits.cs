using ElasticSynapse.ModelServer.Loading;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>What Text Generation Inference calls its limits, with its defaults.</summary>
internal static class TgiLimits
{
    public const int BestOf = 2;
    public const int StopSequences = 4;
    public const int TopTokens = 5;

    /// <summary>Tokens of a prompt: one position is left for the first new one.</summary>
    public static int InputTokens(ServedGenerator generator) => generator.MaxTokens - 1;
}
