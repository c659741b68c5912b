using System.Threading.Channels;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>What most servers do, on the same session: texts that wait are run as one batch, padded to the longest.</summary>
internal sealed class PaddedServer(BertModel model)
{
    private const int MaxBatch = 32;

    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>();

    private sealed record Waiting(int[] Tokens, TaskCompletionSource Done);

    /// <param name="checkpoint">Folder.</param>
    /// <param name="precision">As Model__Precision.</param>
    /// <param name="port">On loopback.</param>
    public static async Task RunAsync(string checkpoint, string precision, int port)
    {
        using var model = BertModel.Load(checkpoint, SessionSettings.Of(threads: 0, precision));
        var server = new PaddedServer(model);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.MapGet("/readyz", () => Results.Ok());
        app.MapPost("/classify", async (HttpContext context) => await server.ClassifyAsync(context));
        var batches = Task.Factory.StartNew(server.RunBatches, TaskCreationOptions.LongRunning);
        await app.RunAsync();
        await batches;
    }

    private async Task<IResult> ClassifyAsync(HttpContext context)
    {
        var body = (await context.Request.ReadFromJsonAsync<Dictionary<string, string>>())!;
        // The words of the load are tokens as they stand: this peer is spared the tokenizer.
        var words = body["text"].Split(' ');
        var waiting = new Waiting(BertRun.Text(words.Length, words.Length + 2, model.Config.VocabularySize), new(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Writer.TryWrite(waiting);
        await waiting.Done.Task;
        return Results.Ok();
    }

    private void RunBatches()
    {
        var batch = new List<Waiting>();
        while (_queue.Reader.WaitToReadAsync().AsTask().Result)
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }
            BertRun.Run(model, [.. batch.Select(waiting => waiting.Tokens)]);
            batch.ForEach(waiting => waiting.Done.SetResult());
            batch.Clear();
        }
    }
}
