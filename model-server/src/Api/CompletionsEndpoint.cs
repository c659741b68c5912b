using System.Buffers;
using System.Globalization;
using System.Text;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>POST /v1/completions of the OpenAI API.</summary>
internal sealed class CompletionsEndpoint(ServedGenerator generator, Scheduler scheduler, TimeProvider time)
{
    private const int DefaultMaxTokens = 16;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/v1/completions", (HttpContext context, CompletionsEndpoint endpoint) => endpoint.HandleAsync(context));

    private async Task HandleAsync(HttpContext context)
    {
        CompletionRequest request;
        string model;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            request = CompletionRequest.Read(json, generator, scheduler.MaxSequences);
            model = json.String("model") ?? generator.Identity.Name;
        }
        scheduler.CheckSize((long)request.Prompts.Count * (request.Beams?.Width ?? request.BestOf));
        var sequences = Sequences(request, context);
        scheduler.Enqueue(sequences);
        var body = new CompletionBody($"cmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds(), model, generator.Tokenizer);
        await (request.Stream
            ? StreamAsync(context, request, sequences, body)
            : AnswerAsync(context, request, sequences, body));
    }

    // Those of a prompt stand in a row.
    private List<SequenceRequest> Sequences(CompletionRequest request, HttpContext context)
    {
        var deadline = Deadline.Of(context, time);
        var priority = PriorityHeader.Of(context);
        var sequences = new List<SequenceRequest>();
        foreach (var prompt in request.Prompts)
        {
            var maxTokens = MaxTokens(prompt, request.MaxTokens);
            for (var choice = 0; choice < request.BestOf; choice++)
            {
                sequences.Add(new SequenceRequest
                {
                    Prompt = prompt.Tokens,
                    MaxTokens = maxTokens,
                    Sampling = request.Sampling with { Choice = choice },
                    Stops = request.Stops,
                    IncludeStop = request.IncludeStop,
                    TopLogprobs = request.TopLogprobs,
                    IsRanked = request.BestOf > request.Choices,
                    Beams = request.Beams,
                    Echo = request.Echo,
                    PromptText = prompt.Text,
                    Priority = priority,
                    Deadline = deadline,
                    Cancelled = context.RequestAborted,
                });
            }
        }
        return sequences;
    }

    private int MaxTokens(Prompt prompt, int? asked)
    {
        var context = generator.MaxTokens;
        var left = context - prompt.Tokens.Length;
        if (left < 0 || (asked is null && left == 0))
        {
            throw TooLong("prompt", string.Create(CultureInfo.InvariantCulture, $"your prompt has {prompt.Tokens.Length:N0} tokens"));
        }
        if (asked > left)
        {
            throw TooLong("max_tokens", string.Create(CultureInfo.InvariantCulture,
                $"you requested {(long)prompt.Tokens.Length + asked:N0} tokens ({prompt.Tokens.Length:N0} in your prompt; {asked:N0} for the completion)"));
        }
        return asked ?? Math.Min(DefaultMaxTokens, left);

        ApiException TooLong(string parameter, string what) => new(ErrorKind.ContextLengthExceeded, string.Create(CultureInfo.InvariantCulture,
            $"This model's maximum context length is {context:N0} tokens ({generator.Identity}), however {what}. Please reduce your prompt; or completion length."), parameter);
    }

    private static async Task AnswerAsync(
        HttpContext context, CompletionRequest request, List<SequenceRequest> sequences, CompletionBody body)
    {
        var texts = new List<(string Text, GeneratedPiece Last, List<PlacedToken> Placed)>(sequences.Count);
        foreach (var sequence in sequences)
        {
            var text = new StringBuilder();
            var placed = new List<PlacedToken>();
            GeneratedPiece last = default;
            await foreach (var piece in sequence.Pieces.ReadAllAsync(context.RequestAborted))
            {
                text.Append(piece.Text);
                placed.AddRange(piece.Placed);
                last = piece;
            }
            texts.Add((text.ToString(), last, placed));
        }
        var generated = texts.Sum(text => text.Last.Tokens);
        // The sort is stable: without ranks the choices keep their order.
        var choices = texts.Chunk(request.BestOf)
            .SelectMany(prompt => prompt.OrderByDescending(text => text.Last.Score).Take(request.Choices))
            .Select((text, index) => new CompletionBody.Choice(index, text.Text, text.Last.Finish, request.TopLogprobs is null ? null : text.Placed))
            .ToList();
        var buffer = new ArrayBufferWriter<byte>(512);
        body.Write(buffer, choices, new CompletionBody.Usage(PromptTokens(request), generated));
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static async Task StreamAsync(
        HttpContext context, CompletionRequest request, List<SequenceRequest> sequences, CompletionBody body)
    {
        // Waiting for the first piece before the headers keeps an early failure an ordinary error with its own status.
        await sequences[0].Pieces.WaitToReadAsync(context.RequestAborted);

        var events = new ServerSentEvents(context.Response);
        events.Start();
        var generated = 0;
        try
        {
            for (var index = 0; index < sequences.Count; index++)
            {
                await foreach (var piece in sequences[index].Pieces.ReadAllAsync(context.RequestAborted))
                {
                    if (piece.Text.Length > 0 || piece.Placed.Count > 0)
                    {
                        await SendAsync(index, piece.Text, null, piece.Placed);
                    }
                    if (piece.Finish is not null)
                    {
                        generated += piece.Tokens;
                        await SendAsync(index, "", piece.Finish, []);
                    }
                }
            }
            if (request.IncludeUsage)
            {
                var usage = new CompletionBody.Usage(PromptTokens(request), generated);
                await events.SendAsync(output => body.Write(output, [], usage), context.RequestAborted);
            }
        }
        catch (ApiException error)
        {
            // The status is already 200: the SDKs raise on an event with an error member.
            await events.SendAsync(output => output.Write(ErrorBody.Serialize(error.Kind, error.Message)), context.RequestAborted);
        }
        await events.SendAsync(output => output.Write("[DONE]"u8), context.RequestAborted);

        Task SendAsync(int index, string text, FinishReason? finish, IReadOnlyList<PlacedToken> placed)
        {
            var choice = new CompletionBody.Choice(index, text, finish, request.TopLogprobs is null ? null : placed);
            return events.SendAsync(output => body.Write(output, [choice], null, request.IncludeUsage), context.RequestAborted);
        }
    }

    // A prompt counts once, however many choices it gets.
    private static int PromptTokens(CompletionRequest request) => request.Prompts.Sum(prompt => prompt.Tokens.Length);
}
