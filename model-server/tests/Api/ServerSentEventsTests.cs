using System.Buffers;
using System.Text;
using ElasticSynapse.ModelServer.Api;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.ModelServer.Tests.Api;

public class ServerSentEventsTests
{
    [Fact]
    public async Task Send_EventsAndKeepAlives_AreWrittenAsTheStandardSays()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        using var events = new ServerSentEvents(context);
        Assert.False(events.HasStarted);

        await events.KeepAliveAsync();
        await events.SendAsync(output => output.Write("[DONE]"u8));
        await events.SendJsonAsync(json => json.WriteStringValue("é"));

        Assert.True(events.HasStarted);
        Assert.Equal(":\n\ndata: [DONE]\n\ndata: \"é\"\n\n", Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal("text/event-stream; charset=utf-8", context.Response.ContentType);
        Assert.Equal("no-cache", context.Response.Headers.CacheControl);
        Assert.Equal("no", context.Response.Headers["X-Accel-Buffering"]);
    }
}
