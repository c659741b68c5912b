using System.Runtime.InteropServices;
using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Text;
using ElasticSynapse.ModelServer.Tokenization;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>The tokens of one sequence, and the text that its caller is told of.</summary>
internal sealed class SequenceText
{
    private readonly SequenceRequest _request;
    private readonly List<int> _tokens;
    private readonly TokenStreamDecoder _text;
    private readonly IStopRule _stops;
    private readonly PlacedTokens? _placed;
    private readonly BpeTokenizer _tokenizer;
    private double _logprobs;

    public SequenceText(SequenceRequest request, ServedGenerator generator)
    {
        (_request, _tokenizer) = (request, generator.Tokenizer);
        _tokens = new List<int>(request.Prompt.Length + request.MaxTokens);
        _tokens.AddRange(request.Prompt);
        // A special token that does not end the sequence is still no text.
        _text = new TokenStreamDecoder(_tokenizer, skipSpecial: !request.ShowsSpecialTokens);
        _stops = request.StopRule ?? new StopMatcher(request.Stops, request.IncludeStop, request.Sampling.MinTokens);
        _placed = request.TopLogprobs is null ? null : new PlacedTokens();
    }

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    public int Generated => _tokens.Count - _request.Prompt.Length;

    /// <summary>Shows the prompt, if it is to be shown and is not scored.</summary>
    public void EchoUnscored()
    {
        if (_request.Echo && _placed is null)
        {
            _request.Output.TryWrite(new GeneratedPiece(_request.PromptText, 0, null, []));
        }
    }

    /// <summary>Takes the logits after a token of the prompt; shows the prompt after the last.</summary>
    /// <param name="index">Of the token in the prompt.</param>
    /// <param name="logits">[vocabulary]</param>
    public void Score(int index, ReadOnlySpan<float> logits)
    {
        var prompt = _request.Prompt;
        if (index == 0)
        {
            _placed!.AddPrompt(prompt[0], _request.PromptStarts[0], null);
        }
        if (index + 1 < prompt.Length)
        {
            var next = prompt[index + 1];
            _placed!.AddPrompt(next, _request.PromptStarts[index + 1], TokenLogprobs.Of(logits, next, _request.TopLogprobs!.Value));
        }
        else
        {
            _request.Output.TryWrite(new GeneratedPiece(_request.PromptText, 0, null, _placed!.ShowPrompt(_request.PromptText)));
        }
    }

    /// <summary>Takes the next token: (1) turns it into text, (2) tells the caller.</summary>
    /// <param name="token">As it was chosen.</param>
    /// <param name="logits">[vocabulary] it was chosen from; for log-probabilities and ranks only.</param>
    /// <param name="last">Why the sequence ends with the token, for a caller who knows; null to find out.</param>
    /// <returns>Why the sequence has ended; null if it goes on.</returns>
    public FinishReason? Take(int token, ReadOnlySpan<float> logits, FinishReason? last = null)
    {
        _tokens.Add(token);
        if (_request.IsRanked)
        {
            _logprobs += TokenLogprobs.Of(logits, token, 0).Logprob;
        }
        var isEnd = _request.Sampling.EndTokens.Contains(token);
        var isHiddenStop = !isEnd && !_request.ShowsSpecialTokens && _tokenizer.IsSpecial(token) && _stops.EndsAtHidden(_tokenizer.TokenText(token));
        var finish = isEnd ? FinishReason.EndOfText
            : isHiddenStop ? FinishReason.StopString
            : Generated == _request.MaxTokens ? FinishReason.Length
            : last;
        // 1: the end-of-text token counts, but is not shown. At the end an unfinished character becomes U+FFFD, and may
        // still complete a stop string.
        var decoded = (isEnd ? "" : _text.Append(token)) + (finish is null ? "" : _text.Flush());
        var shown = _stops.Append(decoded);
        if (_stops.Stopped)
        {
            finish = FinishReason.StopString;
        }
        else if (finish is not null)
        {
            shown += _stops.Flush();
        }
        var stop = isHiddenStop && _request.IncludeStop && !_stops.Stopped ? _tokenizer.TokenText(token) : "";
        // A token that ends the text is told even where it has no text: lm-evaluation-harness counts on one for each generated.
        _placed?.Add(token, TokenLogprobs.Of(logits, token, _request.TopLogprobs!.Value), decoded + stop);
        shown += stop;
        _request.Output.TryWrite(new GeneratedPiece(shown, Generated, finish, _placed?.Show(shown) ?? []) // 2
        {
            Score = _request.IsRanked ? (float)(_logprobs / Generated) : 0,
        });
        return finish;
    }
}
