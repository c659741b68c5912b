using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A replica that answers bytes which no HTTP server would, to each request but the gateway's probes.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _answer;
    private readonly bool _holds;
    private readonly Task _accepting;
    private int _asked;

    /// <param name="answer">In Latin-1.</param>
    /// <param name="holds">Whether it then says nothing more instead of closing the connection.</param>
    public RawUpstream(string answer, bool holds = false)
    {
        (_answer, _holds) = (Encoding.Latin1.GetBytes(answer), holds);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Requests that it has had.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                answers.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using var _ = connection;
        try
        {
            using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1, leaveOpen: true);
            var isProbe = (await reader.ReadLineAsync(_end.Token))!.Contains(" /readyz ", StringComparison.Ordinal);
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
            {
            }
            if (!isProbe)
            {
                Interlocked.Increment(ref _asked);
            }
            await connection.GetStream().WriteAsync(isProbe ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray() : _answer, _end.Token);
            if (_holds && !isProbe)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The gateway has gone, or the test.
        }
    }
}
