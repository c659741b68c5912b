using System.Globalization;
using System.Text;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Answers at once: a completion, or a stream of events that each say when they were written.</summary>
internal static class TrivialUpstream
{
    /// <summary>Asks for a stream.</summary>
    public const string StreamPath = "/generate_stream";

    private static readonly byte[] Completion = Encoding.UTF8.GetBytes(
        """{"id":"cmpl-0123456789abcdef0123456789abcdef","object":"text_completion","created":1763700000,"model":"gpt2","choices":[{"index":0,"text":" the quick brown fox jumps over the lazy dog and runs away","logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":12,"completion_tokens":16,"total_tokens":28},"system_fingerprint":"fp_0123456789"}""");

    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        // What is written goes out on the thread that wrote it.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        await using var app = builder.Build();
        using var clock = new EventClock();
        app.Run(context => context.Request.Path == StreamPath ? StreamAsync(context, clock) : CompleteAsync(context));
        await app.RunAsync();
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Completion.Length;
        await context.Response.Body.WriteAsync(Completion, context.RequestAborted);
    }

    private static Task StreamAsync(HttpContext context, EventClock clock)
    {
        context.Response.ContentType = "text/event-stream";
        return clock.WriteAsync(context.Response.BodyWriter, context.RequestAborted);
    }
}
