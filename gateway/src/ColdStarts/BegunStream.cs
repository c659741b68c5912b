using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ElasticSynapse.Gateway.Forwarding;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace ElasticSynapse.Gateway.ColdStarts;

/// <summary>An event stream that has begun before anyone knows the answer. Later stages see a response that has not started:
/// they may set status and headers, which nobody gets to see any more, and try again. Events pass; whatever else is answered,
/// such as an error of the replica, becomes one event.</summary>
internal sealed class BegunStream(HttpContext context, ErrorFormat errors) : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private const string EventStream = "text/event-stream";

    private IHttpResponseFeature _response = null!;
    private IHttpResponseBodyFeature _body = null!;
    private readonly ArrayBufferWriter<byte> _notEvents = new();
    private PipeWriter? _writer;

    /// <summary>Whether the client has seen the beginning.</summary>
    public bool HasBegun { get; private set; }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    public Stream Stream => field ??= new ForwardedWrites(WriteAsync);

    public PipeWriter Writer => _writer ??= PipeWriter.Create(Stream);

    /// <summary>Begins the stream if need be, and sends a comment.</summary>
    public async Task CommentAsync(CancellationToken cancellationToken)
    {
        var comment = EventStreamBody.Comment.ToArray();
        if (HasBegun)
        {
            await _body.Stream.WriteAsync(comment, cancellationToken);
            return;
        }
        var response = context.Response;
        response.ContentType = $"{EventStream}; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        // Sends the headers, which earlier stages may still add to; from then on they would add to ours.
        await response.Body.WriteAsync(comment, cancellationToken);
        HasBegun = true;
        (_response, _body) = (context.Features.GetRequiredFeature<IHttpResponseFeature>(), context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseFeature>(this);
        context.Features.Set<IHttpResponseBodyFeature>(this);
    }

    /// <summary>Sends an error as an event.</summary>
    public Task TellAsync(ApiException error)
    {
        _notEvents.Clear();
        _notEvents.Write(errors.Body(error));
        return CompleteAsync();
    }

    /// <summary>Sends what is left, and gives the response back as it was.</summary>
    public async Task EndAsync()
    {
        await CompleteAsync();
        context.Features.Set(_response);
        context.Features.Set(_body);
    }

    public async Task CompleteAsync()
    {
        if (_notEvents.WrittenCount > 0)
        {
            var lines = Encoding.UTF8.GetString(_notEvents.WrittenSpan).TrimEnd().Split('\n');
            _notEvents.Clear();
            var text = string.Concat(lines.Select(line => $"data: {line.TrimEnd('\r')}\n")) + "\n";
            // OpenAI's clients read on until then.
            text += errors == OpenAiErrors.Format ? "data: [DONE]\n\n" : "";
            await _body.Stream.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        }
    }

    public void OnStarting(Func<object, Task> callback, object state)
    {
        // The headers have gone out.
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _response.OnCompleted(callback, state);

    public void DisableBuffering() => _body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        HasStarted = true;
        if (StatusCode == StatusCodes.Status200OK && Headers.ContentType.ToString().StartsWith(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            await _body.Stream.WriteAsync(bytes, cancellationToken);
        }
        else
        {
            _notEvents.Write(bytes.Span);
        }
    }
}
