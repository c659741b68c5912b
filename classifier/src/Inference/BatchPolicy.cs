using System.Globalization;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Inference;

/// <summary>How many texts share a run, and how long they wait for each other.</summary>
/// <param name="MaxTokens">Of a run, padding counted; 0 runs each text by itself.</param>
/// <param name="MaxDelay">How long a text may wait for others while a run has room.</param>
internal sealed record BatchPolicy(int MaxTokens, TimeSpan MaxDelay)
{
    public static readonly BatchPolicy Alone = new(0, TimeSpan.Zero);

    /// <summary>What a CPU does where scores come out the same, to the last bit: short texts that wait anyway and are of one length read
    /// each weight once for all of them. From 128 tokens on a run has enough to do.</summary>
    public static readonly BatchPolicy OfOneLength = new(128, TimeSpan.Zero) { LeastTokens = 1 };

    // Some three hundred texts of a comment's length: far beyond what keeps a device busy, far below what its memory holds.
    private const int CudaTokens = 16_384;

    private const int FewestTokens = 2; // of a text: those at its ends

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>Share of a run's tokens that must not be padding, which costs as much as tokens do.</summary>
    public double LeastTokens { get; init; } = 0.75;

    /// <summary>Most texts of a run.</summary>
    public int MaxTexts => Math.Min(MaxTokens == 0 ? 1 : MaxTokens / FewestTokens, BatchChoice.Window);

    /// <summary>Texts that a worker may be expected to run at a time.</summary>
    public int UsualTexts => LeastTokens == 1 ? 1 : MaxTexts;

    /// <summary>What the options ask for, as far as the model can do it. A CPU that stands in for CUDA runs each text by itself: what
    /// was set was meant for the device.</summary>
    /// <param name="sharing">What becomes of a text beside others.</param>
    /// <param name="longest">Tokens of the longest text that the model takes.</param>
    /// <param name="mistakes">Gets what can't be done.</param>
    public static BatchPolicy Of(BatchingOptions options, DeviceChoice choice, RunSharing sharing, int longest, OptionsReader mistakes)
    {
        var byDefault = sharing == RunSharing.Exact ? OfOneLength : Alone;
        if (choice.Fallback is not null)
        {
            return byDefault;
        }
        var maxTokens = options.MaxTokens ?? (choice.Device.IsCuda ? Math.Max(CudaTokens, longest) : 0);
        if (maxTokens == 0)
        {
            if (options.MaxDelay is { } delay)
            {
                mistakes.Add($"Batching__MaxDelay='{delay}': texts wait for none; set Batching__MaxTokens to let them share runs");
            }
            return options.MaxTokens is null ? byDefault : Alone;
        }
        if (sharing == RunSharing.None)
        {
            mistakes.Add($"Batching__MaxTokens='{maxTokens}': in Model__Precision=int8 and int4 a text's scores would depend on the others of its run on a processor without AVX-512 and VNNI, so that each needs one of its own; accepted: 0");
        }
        if (maxTokens < longest)
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Batching__MaxTokens='{maxTokens}': is below the {longest:N0} tokens that the model takes, so the longest text could never run"));
        }
        return new(maxTokens, options.MaxDelay ?? DefaultDelay);
    }

    /// <summary>How much longer a run is worth waiting for.</summary>
    /// <param name="texts">That could be in it.</param>
    /// <param name="tokens">Of these.</param>
    /// <param name="waited">How long the oldest has waited.</param>
    public TimeSpan Delay(int texts, int tokens, TimeSpan waited) =>
        texts >= MaxTexts || tokens >= MaxTokens || waited >= MaxDelay ? TimeSpan.Zero : MaxDelay - waited;
}
