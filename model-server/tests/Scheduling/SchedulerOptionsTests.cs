using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Tests.Scheduling;

public class SchedulerOptionsTests
{
    [Theory]
    [InlineData("16", 1L << 30, 1L << 40, 16)]
    [InlineData("auto", 1L << 20, 100L << 20, 46)] // half of 100, less the four of the prefix cache
    [InlineData("auto", 1L << 20, 1L << 40, 64)]
    [InlineData("auto", 1L << 30, 1L << 20, 1)]
    [InlineData("auto", 1L << 30, -5, 1)]
    public void Sequences_AsConfigured_OrAsManyAsFit(string configured, long slotBytes, long freeBytes, int expected) =>
        Assert.Equal(expected, new SchedulerOptions { MaxSequences = configured }.Sequences(slotBytes, freeBytes));
}
