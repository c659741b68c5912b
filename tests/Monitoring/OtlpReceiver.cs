using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ElasticSynapse.EndToEnd.Tests.Monitoring.Otlp;
using ElasticSynapse.EndToEnd.Tests.Stack;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>What traces are sent to: takes OTLP over HTTP, as a collector does, and keeps the spans.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();

    public OtlpReceiver()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningStack.ThreeFreePorts()}");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = ReceiveAsync();
    }

    public string Address { get; }

    public IReadOnlyList<ReceivedSpan> Of(string traceId) => [.. _spans.Where(span => span.TraceId == traceId)];

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                Assert.Equal("/v1/traces", context.Request.Url!.AbsolutePath);
                Keep(ExportTraceServiceRequest.Parser.ParseFrom(context.Request.InputStream));
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Keep(ExportTraceServiceRequest request)
    {
        foreach (var resource in request.ResourceSpans)
        {
            var service = resource.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
            foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                _spans.Enqueue(ReceivedSpan.Of(service, span));
            }
        }
    }
}
