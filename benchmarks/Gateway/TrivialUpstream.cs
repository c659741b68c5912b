using System.Diagnostics;
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
        await using var app = builder.Build();
        app.Run(context => context.Request.Path == StreamPath ? StreamAsync(context) : CompleteAsync(context));
        await app.RunAsync();
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Completion.Length;
        await context.Response.Body.WriteAsync(Completion, context.RequestAborted);
    }

    private static async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / GatewayFigures.EventsPerSecond));
        try
        {
            do
            {
                await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"data: {Stopwatch.GetTimestamp()}\n\n"), context.RequestAborted);
            }
            while (await timer.WaitForNextTickAsync(context.RequestAborted));
        }
        catch (OperationCanceledException)
        {
            // The client has seen enough.
        }
    }
}
