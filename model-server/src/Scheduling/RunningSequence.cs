using System.Runtime.InteropServices;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>A sequence that holds a slot: its tokens, and the text that becomes of them. Only the scheduler thread uses it.</summary>
internal sealed class RunningSequence
{
    private readonly List<int> _tokens;
    private readonly TokenStreamDecoder _text;
    private readonly IStopRule _stops;
    private readonly PlacedTokens? _placed;
    private readonly TokenStreamDecoder _promptText;

    public RunningSequence(SequenceRequest request, ServedGenerator generator)
    {
        Request = request;
        _tokens = new List<int>(request.Prompt.Length + request.MaxTokens);
        _tokens.AddRange(request.Prompt);
        // A special token that does not end the sequence is still no text.
        _text = new TokenStreamDecoder(generator.Tokenizer, skipSpecial: !request.ShowsSpecialTokens);
        _promptText = new TokenStreamDecoder(generator.Tokenizer);
        _stops = request.StopRule ?? new StopMatcher(request.Stops, request.IncludeStop);
        _placed = request.TopLogprobs is null ? null : new PlacedTokens();
    }

    public SequenceRequest Request { get; }

    /// <summary>Tokens whose keys and values are in the slot; the position of the next one.</summary>
    public int Position { get; set; }

    /// <summary>The token to run next, once the whole prompt is in the slot.</summary>
    public int LastToken => _tokens[^1];

    /// <summary>Whether the logits after every token of the prompt are wanted.</summary>
    public bool ScoresPrompt => Request.Echo && _placed is not null;

    /// <summary>Shows the prompt, if it is to be shown and is not scored.</summary>
    public void EchoUnscored()
    {
        if (Request.Echo && !ScoresPrompt)
        {
            Request.Output.TryWrite(new GeneratedPiece(Request.PromptText, 0, null, []));
        }
    }

    /// <summary>Takes the logits after a token of the prompt; shows the prompt after the last.</summary>
    /// <param name="index">Of the token in the prompt.</param>
    /// <param name="logits">[vocabulary]</param>
    public void Score(int index, ReadOnlySpan<float> logits)
    {
        if (index == 0)
        {
            _placed!.Add(Request.Prompt[0], null, PromptText(0));
        }
        if (index + 1 < Request.Prompt.Length)
        {
            var next = Request.Prompt[index + 1];
            _placed!.Add(next, TokenLogprobs.Of(logits, next, Request.TopLogprobs!.Value), PromptText(index + 1));
        }
        else
        {
            Request.Output.TryWrite(new GeneratedPiece(Request.PromptText, 0, null, _placed!.Show(Request.PromptText)));
        }
    }

    /// <summary>Takes the logits after the last token: (1) chooses the next token, (2) turns it into text, (3) tells the caller.</summary>
    /// <param name="logits">[vocabulary]</param>
    /// <param name="sampler">The thread's.</param>
    /// <returns>Why the sequence has ended; null if it goes on.</returns>
    public FinishReason? Advance(ReadOnlySpan<float> logits, TokenSampler sampler)
    {
        var token = sampler.Next(logits, CollectionsMarshal.AsSpan(_tokens), Request.Prompt.Length, Request.Sampling); // 1
        _tokens.Add(token);
        var generated = _tokens.Count - Request.Prompt.Length;

        var isEnd = Request.Sampling.EndTokens.Contains(token);
        FinishReason? finish = isEnd ? FinishReason.Stop : generated == Request.MaxTokens ? FinishReason.Length : null;
        // 2: the end-of-text token counts, but is not shown. At the end an unfinished character becomes U+FFFD, and may
        // still complete a stop string.
        var decoded = (isEnd ? "" : _text.Append(token)) + (finish is null ? "" : _text.Flush());
        if (!isEnd || Request.TellsEndToken)
        {
            _placed?.Add(token, TokenLogprobs.Of(logits, token, Request.TopLogprobs!.Value), decoded);
        }
        var shown = _stops.Append(decoded);
        if (_stops.Stopped)
        {
            finish = FinishReason.Stop;
        }
        else if (finish is not null)
        {
            shown += _stops.Flush();
        }
        Request.Output.TryWrite(new GeneratedPiece(shown, generated, finish, _placed?.Show(shown) ?? [])); // 3
        return finish;
    }

    // The start token of an empty prompt is a token, but no text.
    private string PromptText(int index) => Request.PromptText.Length == 0
        ? ""
        : _promptText.Append(Request.Prompt[index]) + (index == Request.Prompt.Length - 1 ? _promptText.Flush() : "");
}
