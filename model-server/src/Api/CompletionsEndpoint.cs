using System.Buffers;
using System.Globalization;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api;

/// <summary>POST /v1/completions of the OpenAI API.</summary>
internal sealed class CompletionsEndpoint(ServedGenerator generator, Scheduler scheduler, TextGenerator texts, TimeProvider time)
{
    private const int DefaultMaxTokens = 16;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/v1/completions", (HttpContext context, CompletionsEndpoint endpoint) => endpoint.HandleAsync(context));

    private async Task HandleAsync(HttpContext context)
    {
        CompletionRequest request;
        using (var json = await JsonRequest.ReadAsync(context.Request, context.RequestAborted))
        {
            request = CompletionRequest.Read(json, generator, scheduler.MaxSequences);
        }
        using var generation = texts.Start(context, [.. request.Prompts.Select(prompt => Settings(prompt, request))]);
        var body = new CompletionBody($"cmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds(), request.Model, generator.Tokenizer);
        await (request.Stream
            ? StreamAsync(context, request, generation, body)
            : AnswerAsync(context, request, generation, body));
    }

    private GenerationSettings Settings(Prompt prompt, CompletionRequest request) => new()
    {
        Prompt = prompt,
        MaxTokens = MaxTokens(prompt, request.MaxTokens),
        Choices = request.BestOf,
        IsRanked = request.BestOf > request.Choices,
        Beams = request.Beams,
        Sampling = request.Sampling,
        Stops = request.Stops,
        IncludeStop = request.IncludeStop,
        ShowsSpecialTokens = request.ShowsSpecialTokens,
        TopLogprobs = request.TopLogprobs,
        Echo = request.Echo,
    };

    private int MaxTokens(Prompt prompt, int? asked)
    {
        var (context, prompted) = (generator.MaxTokens, prompt.Tokens.Length);
        var left = context - prompted;
        // Left out, it is what still fits, but at least a token.
        var completion = asked ?? (left < 0 ? 0 : Math.Clamp(left, 1, DefaultMaxTokens));
        if (completion <= left)
        {
            return completion;
        }
        // OpenAI's words, as clients match them.
        throw new ApiException(
            ErrorKind.ContextLengthExceeded,
            string.Create(CultureInfo.InvariantCulture, $"This model's maximum context length is {context} tokens, however you requested "
                + $"{(long)prompted + completion} tokens ({prompted} in your prompt; {completion} for the completion). "
                + $"Please reduce your prompt; or completion length. ({generator.Identity})"),
            asked is null || left < 0 ? "prompt" : "max_tokens");
    }

    private static async Task AnswerAsync(HttpContext context, CompletionRequest request, GenerationInFlight generation, CompletionBody body)
    {
        var generated = await generation.TextsAsync();
        // The sort is stable: without ranks the choices keep their order, prompt index * n + choice of the prompt.
        var choices = generated.Chunk(request.BestOf)
            .SelectMany(prompt => prompt.OrderByDescending(text => text.Score).Take(request.Choices))
            .Select((text, index) => new CompletionBody.Choice(index, text.Text, text.Finish, request.TopLogprobs is null ? null : text.Placed))
            .ToArray();
        var usage = new CompletionBody.Usage(PromptTokens(request), generated.Sum(text => text.Tokens));
        await JsonAnswer.WriteAsync(context, json => body.Write(json, choices, usage));
    }

    private static async Task StreamAsync(HttpContext context, CompletionRequest request, GenerationInFlight generation, CompletionBody body)
    {
        using var events = new ServerSentEvents(context);
        var generated = 0;
        try
        {
            await foreach (var (index, piece) in generation.PiecesAsync(onSilence: events.KeepAliveAsync))
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
            if (request.IncludeUsage)
            {
                var usage = new CompletionBody.Usage(PromptTokens(request), generated);
                await events.SendJsonAsync(json => body.Write(json, [], usage));
            }
        }
        catch (ApiException error) when (events.HasStarted)
        {
            // The status is already 200: the SDKs raise on an event with an error member.
            await events.SendAsync(output => output.Write(OpenAiErrors.Format.Body(error)));
        }
        await events.SendAsync(output => output.Write("[DONE]"u8));

        Task SendAsync(int index, string text, FinishReason? finish, IReadOnlyList<PlacedToken> placed)
        {
            var choice = new CompletionBody.Choice(index, text, finish, request.TopLogprobs is null ? null : placed);
            return events.SendJsonAsync(json => body.Write(json, [choice], null, request.IncludeUsage));
        }
    }

    // A prompt counts once, however many choices it gets.
    private static int PromptTokens(CompletionRequest request) => request.Prompts.Sum(prompt => prompt.Tokens.Length);
}
