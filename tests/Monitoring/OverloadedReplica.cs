using System.Globalization;
using System.Net;
using ElasticSynapse.EndToEnd.Tests.Stack;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>A replica that says it is ready and answers 503 to everything else, so that the gateway has something to mend.</summary>
internal sealed class OverloadedReplica : IDisposable
{
    private readonly HttpListener _listener = new();

    public OverloadedReplica()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningStack.ThreeFreePorts()}");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Address { get; }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/readyz" ? 200 : 503;
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
