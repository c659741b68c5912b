using System.ComponentModel.DataAnnotations;
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
    [Theory]
    [InlineData("auto", true)]
    [InlineData("1", true)]
    [InlineData("999", true)]
    [InlineData("1000", true)]
    [InlineData("1019", true)]
    [InlineData("1024", true)]
    [InlineData("1025", false)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("autos", false)]
    [InlineData("10000", false)]
    public void MaxSequences_FromOneTo1024_IsAccepted(string value, bool isAccepted)
    {
        var options = new SchedulerOptions { MaxSequences = value };
        Assert.Equal(isAccepted, Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true));
    }
}
