using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>
/// Takes one sequence from prompt to text: (1) run the prompt, (2) choose a token, (3) turn it into text, (4) end or run the
/// token and go on with 2. Holds the model's buffers; only the scheduler thread uses it.
/// </summary>
internal sealed class SequenceGenerator(ServedGenerator generator, GeneratorMetrics metrics) : IDisposable
{
    private readonly SequenceDecoder _decoder = new(generator.Model);
    private readonly TokenSampler _sampler = new(generator.Model.Config.VocabularySize);

    /// <summary>Runs one token, so that weights that can't be served end the start and no caller waits for the first run.</summary>
    /// <exception cref="CheckpointException">The logits are not finite.</exception>
    public void TryOut()
    {
        _decoder.Reset();
        if (!float.IsFinite(TensorPrimitives.Max(_decoder.Append([generator.StartToken], CancellationToken.None))))
        {
            throw new CheckpointException($"{generator.Identity}: the logits are not finite; accepted: weights that do not overflow and are no NaN");
        }
    }

    /// <summary>Writes the sequence's pieces to its output, which the caller completes.</summary>
    public FinishReason Generate(SequenceRequest request, CancellationToken cancelled)
    {
        cancelled.ThrowIfCancellationRequested();
        metrics.PromptTokens(request.Prompt.Length);
        var sequence = new List<int>(request.Prompt.Length + request.MaxTokens);
        sequence.AddRange(request.Prompt);
        // A special token that does not end the sequence is still no text.
        var text = new TokenStreamDecoder(generator.Tokenizer, skipSpecial: true);
        var stops = new StopMatcher(request.Stops, request.IncludeStop);
        var placed = request.TopLogprobs is null ? null : new PlacedTokens();

        var logits = RunPrompt(request, placed, cancelled); // 1
        if (request.MaxTokens == 0)
        {
            request.Output.TryWrite(new GeneratedPiece("", 0, FinishReason.Length, []));
            return FinishReason.Length;
        }
        for (var generated = 1; ; generated++)
        {
            var token = _sampler.Next(logits, CollectionsMarshal.AsSpan(sequence), request.Prompt.Length, request.Sampling); // 2
            sequence.Add(token);
            metrics.TokenGenerated();

            var isEnd = request.Sampling.EndTokens.Contains(token);
            FinishReason? finish = isEnd ? FinishReason.Stop : generated == request.MaxTokens ? FinishReason.Length : null;
            // 3: the end-of-text token counts, but is not shown. At the end an unfinished character becomes U+FFFD, and may
            // still complete a stop string.
            var decoded = (isEnd ? "" : text.Append(token)) + (finish is null ? "" : text.Flush());
            if (!isEnd)
            {
                placed?.Add(token, TokenLogprobs.Of(logits, token, request.TopLogprobs!.Value), decoded);
            }
            var shown = stops.Append(decoded);
            if (stops.Stopped)
            {
                finish = FinishReason.Stop;
            }
            else if (finish is not null)
            {
                shown += stops.Flush();
            }
            request.Output.TryWrite(new GeneratedPiece(shown, generated, finish, placed?.Show(shown) ?? []));
            if (finish is { } reason)
            {
                return reason;
            }
            logits = _decoder.Append([token], cancelled); // 4
        }
    }

    public void Dispose() => _decoder.Dispose();

    /// <summary>The logits after the prompt, [vocabulary]. An echoed prompt is the first piece.</summary>
    private ReadOnlySpan<float> RunPrompt(SequenceRequest request, PlacedTokens? placed, CancellationToken cancelled)
    {
        _decoder.Reset();
        var isScored = request.Echo && placed is not null;
        if (!isScored)
        {
            if (request.Echo)
            {
                request.Output.TryWrite(new GeneratedPiece(request.PromptText, 0, null, []));
            }
            return request.MaxTokens == 0 ? [] : _decoder.Append(request.Prompt, cancelled);
        }
        var text = new TokenStreamDecoder(generator.Tokenizer);
        var last = request.Prompt.Length - 1;
        // The start token of an empty prompt is a token, but no text.
        string Text(int index) => request.PromptText.Length == 0 ? "" : text.Append(request.Prompt[index]) + (index == last ? text.Flush() : "");
        placed!.Add(request.Prompt[0], null, Text(0));
        var logits = _decoder.AppendVisiting(
            request.Prompt,
            (index, row) =>
            {
                if (index < last)
                {
                    placed.Add(request.Prompt[index + 1], TokenLogprobs.Of(row, request.Prompt[index + 1], request.TopLogprobs!.Value), Text(index + 1));
                }
            },
            cancelled);
        request.Output.TryWrite(new GeneratedPiece(request.PromptText, 0, null, placed.Show(request.PromptText)));
        return logits;
    }
}
