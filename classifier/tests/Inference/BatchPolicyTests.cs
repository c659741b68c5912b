using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Configuration;
using ElasticSynapse.Serving.Models;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Classifier.Tests.Inference;

public sealed class BatchPolicyTests
{
    private static readonly DeviceChoice Cpu = new(ComputeDevice.Cpu, null);
    private static readonly DeviceChoice Cuda = new(ComputeDevice.Cuda(0), null);

    private readonly OptionsReader _mistakes = new(new ConfigurationBuilder().Build());

    [Theory]
    [InlineData(RunSharing.None, 0)]
    [InlineData(RunSharing.Close, 0)]
    [InlineData(RunSharing.Exact, 128)]
    public void Of_NothingSetOnACpu_SharesRunsWhereScoresStayTheSame(RunSharing sharing, int tokens)
    {
        var policy = BatchPolicy.Of(new(), Cpu, sharing, longest: 512, _mistakes);
        Assert.Empty(Mistakes());
        Assert.Equal(tokens == 0 ? BatchPolicy.Alone : BatchPolicy.OfOneLength, policy);
        Assert.Equal((tokens, TimeSpan.Zero), (policy.MaxTokens, policy.MaxDelay));
    }

    [Fact]
    public void Of_OffOnACpu_EachTextByItself() => Assert.Equal(BatchPolicy.Alone, BatchPolicy.Of(new() { MaxTokens = 0 }, Cpu, RunSharing.Exact, longest: 512, _mistakes));

    [Fact]
    public void Of_NothingSetOnCuda_Batches() =>
        Assert.Equal(new BatchPolicy(16_384, TimeSpan.FromMilliseconds(2)), Of(new(), Cuda));

    [Fact]
    public void Of_NothingSetOnCudaForAModelOfLongTexts_OneOfThemFits() =>
        Assert.Equal(20_000, Of(new(), Cuda, longest: 20_000).MaxTokens);

    [Fact]
    public void Of_SetByName_IsTheSameOnBothDevices()
    {
        var options = new BatchingOptions { MaxTokens = 1_024, MaxDelay = TimeSpan.Zero };
        Assert.Equal(new BatchPolicy(1_024, TimeSpan.Zero), Of(options, Cpu));
        Assert.Equal(new BatchPolicy(1_024, TimeSpan.Zero), Of(options, Cuda));
    }

    [Fact]
    public void Of_SetForCudaThatCannotBeHad_EachTextByItself() => Assert.Equal(
        BatchPolicy.Alone,
        Of(new() { MaxTokens = 65_536, MaxDelay = TimeSpan.FromMilliseconds(5) }, new DeviceChoice(ComputeDevice.Cpu, "no driver")));

    [Fact]
    public void Of_OffOnCuda_EachTextByItself() =>
        Assert.Equal(BatchPolicy.Alone, Of(new() { MaxTokens = 0 }, Cuda));

    [Theory]
    [InlineData(512, RunSharing.Close, null)]
    [InlineData(512, RunSharing.Exact, null)]
    [InlineData(511, RunSharing.Exact, "Batching__MaxTokens='511': is below the 512 tokens that the model takes, so the longest text could never run")]
    [InlineData(512, RunSharing.None, "Batching__MaxTokens='512': in Model__Precision=int8 and int4 a text's scores would depend on the others of its run on a processor without AVX-512 and VNNI, so that each needs one of its own; accepted: 0")]
    public void Of_WhatTheModelCannotDo_IsAMistake(int maxTokens, RunSharing sharing, string? mistake)
    {
        BatchPolicy.Of(new() { MaxTokens = maxTokens }, Cpu, sharing, longest: 512, _mistakes);
        Assert.Equal(mistake is null ? [] : [mistake], Mistakes());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public void Of_DelayWithoutBatches_IsAMistake(int? maxTokens)
    {
        BatchPolicy.Of(new() { MaxTokens = maxTokens, MaxDelay = TimeSpan.Zero }, Cpu, RunSharing.Close, longest: 512, _mistakes);
        Assert.Equal(["Batching__MaxDelay='00:00:00': texts wait for none; set Batching__MaxTokens to let them share runs"], Mistakes());
    }

    [Theory]
    [InlineData(1, 10, 0, 5)]
    [InlineData(1, 10, 3, 2)]
    [InlineData(1, 10, 5, 0)]
    [InlineData(1, 10, 500, 0)]
    [InlineData(9, 100, 0, 0)]               // the run is full
    [InlineData(BatchChoice.Window, 90, 0, 0)] // and so is the line
    public void Delay_TextsInLine_WhatIsLeftWhileThereIsRoom(int texts, int tokens, int waited, int delay) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(delay),
            new BatchPolicy(100, TimeSpan.FromMilliseconds(5)).Delay(texts, tokens, TimeSpan.FromMilliseconds(waited)));

    [Fact]
    public void Delay_EachTextByItself_IsNone() => Assert.Equal(TimeSpan.Zero, BatchPolicy.Alone.Delay(texts: 1, tokens: 2, TimeSpan.Zero));

    private BatchPolicy Of(BatchingOptions options, DeviceChoice device, int longest = 512)
    {
        var policy = BatchPolicy.Of(options, device, RunSharing.Close, longest, _mistakes);
        Assert.Empty(Mistakes());
        return policy;
    }

    private IReadOnlyList<string> Mistakes() => Record.Exception(_mistakes.ThrowIfMistaken) is ConfigurationException mistaken ? mistaken.Mistakes : [];
}
