using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public class DeadlineTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void HasPassed_TimeOfTheHeader_IsCountedFromTheRequest()
    {
        var deadline = Of("1500");

        _time.Advance(TimeSpan.FromMilliseconds(1_499));
        Assert.False(deadline.HasPassed);
        Assert.Equal(TimeSpan.FromMilliseconds(1), deadline.Left);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(deadline.HasPassed);

        var exceeded = deadline.Exceeded("7 tokens were generated");
        Assert.Equal((504, "server_error", "deadline_exceeded"), ErrorTable.Row(exceeded.Kind));
        Assert.Equal("the request did not end within the 1,500 ms that its header x-request-timeout-ms allows: 7 tokens were generated", exceeded.Message);
    }

    [Fact]
    public void Of_NoHeader_NeverPasses()
    {
        var deadline = Deadline.Of(new DefaultHttpContext(), _time);

        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.False(deadline.HasPassed);
        Assert.Equal(Timeout.InfiniteTimeSpan, deadline.Left);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("86400001")]
    [InlineData("99999999999999999999")]
    [InlineData("100,100")]
    public void Of_NotMilliseconds_IsRefusedByName(string header)
    {
        var refused = Assert.Throws<ApiException>(() => Of(header));

        Assert.Equal(ErrorKind.InvalidRequest, refused.Kind);
        Assert.Equal("x-request-timeout-ms", refused.Parameter);
        Assert.Equal($"the header x-request-timeout-ms is '{header}'; accepted: a whole number of milliseconds from 1 to 86,400,000", refused.Message);
    }

    private Deadline Of(string header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["x-request-timeout-ms"] = header;
        return Deadline.Of(context, _time);
    }
}
