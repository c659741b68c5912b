using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Scheduling;
using ElasticSynapse.ModelServer.Tracing;
using ElasticSynapse.Serving.Hosting.Requests;
using ElasticSynapse.Serving.Hosting.Tracing;

namespace ElasticSynapse.ModelServer.Generation;

/// <summary>From what an API asks for to sequences under way: the one door to the scheduler.</summary>
internal sealed class TextGenerator(
    Scheduler scheduler, ServedGenerator generator, StreamingOptions streaming, TracingOptions tracing, TimeProvider time)
{
    /// <summary>On every answer with generated text: the seed that gives the same text again.</summary>
    public const string SeedHeader = "x-seed";

    /// <summary>Admits all of a request's sequences or none.</summary>
    /// <param name="context">Whose caller may go away.</param>
    /// <param name="settings">One for each prompt.</param>
    /// <exception cref="Serving.Hosting.Errors.ApiException">More than is admitted, ever or now.</exception>
    public GenerationInFlight Start(HttpContext context, params IReadOnlyList<GenerationSettings> settings)
    {
        scheduler.CheckSize(settings.Sum(one => (long)(one.Beams?.Width ?? one.Choices)));
        var trace = GenerationTrace.Start(generator.Identity, settings, tracing);
        var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            var (deadline, priority) = (Deadline.Of(context, time), PriorityHeader.Of(context));
            // Those of a prompt stand in a row.
            var sequences = new List<SequenceRequest>();
            // A prompt that comes again goes on with the choices, so that it gets a text of its own.
            var choices = new Dictionary<GenerationSettings, int>(SameDraws.Comparer);
            foreach (var one in settings)
            {
                var first = choices.GetValueOrDefault(one);
                choices[one] = first + one.Choices;
                sequences.AddRange(Sequences(one, first, deadline, priority, trace?.Span, leaving.Token));
            }
            scheduler.Enqueue(sequences);
            context.Response.Headers[SeedHeader] = settings[0].Sampling.Seed.ToString(CultureInfo.InvariantCulture);
            return new GenerationInFlight(sequences, leaving, streaming, time, trace);
        }
        catch
        {
            leaving.Dispose();
            trace?.Dispose();
            throw;
        }
    }

    private IEnumerable<SequenceRequest> Sequences(
        GenerationSettings settings, int firstChoice, Deadline deadline, Priority priority, Activity? trace, CancellationToken cancelled)
    {
        int[] promptStarts = settings is { Echo: true, TopLogprobs: not null } ? settings.Prompt.Starts(generator.Tokenizer) : [];
        for (var choice = 0; choice < settings.Choices; choice++)
        {
            yield return new SequenceRequest
            {
                Prompt = settings.Prompt.Tokens,
                PromptText = settings.Prompt.Text,
                PromptStarts = promptStarts,
                MaxTokens = settings.MaxTokens,
                Sampling = settings.Sampling with { Choice = firstChoice + choice },
                Stops = settings.Stops,
                IncludeStop = settings.IncludeStop,
                StopRule = settings.StopRule?.Invoke(),
                ShowsSpecialTokens = settings.ShowsSpecialTokens,
                TopLogprobs = settings.TopLogprobs,
                IsRanked = settings.IsRanked,
                Beams = settings.Beams,
                Echo = settings.Echo,
                Deadline = deadline,
                Priority = priority,
                Cancelled = cancelled,
                Trace = trace,
            };
        }
    }
}
