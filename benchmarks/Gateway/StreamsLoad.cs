using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Many event streams at a time, whose events say when they were written; read on one thread and by hand, so that they cost
/// little beside what is measured.</summary>
internal static class StreamsLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="begun">Called once all streams have begun.</param>
    /// <returns>How long events took from the upstream to here, ascending, from then on.</returns>
    /// <exception cref="BenchmarkException">A stream was not answered with success, or ended.</exception>
    public static Task<IReadOnlyList<TimeSpan>> RunAsync(Uri server, int streams, int seconds, Action begun) =>
        Task.Factory.StartNew<IReadOnlyList<TimeSpan>>(() => Run(server, streams, seconds, begun), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static List<TimeSpan> Run(Uri server, int count, int seconds, Action begun)
    {
        var streams = new Dictionary<Socket, EventStream>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var stream = new EventStream(server);
                streams.Add(stream.Socket, stream);
            }
            var start = Stopwatch.GetTimestamp();
            while (!streams.Values.All(stream => stream.HasBegun))
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    throw new BenchmarkException($"{server} did not begin {count} streams within {Patience.TotalSeconds:N0} s");
                }
                Read(streams, _ => { });
            }
            begun();
            var delays = new List<TimeSpan>();
            start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                Read(streams, delays.Add);
            }
            delays.Sort();
            return delays;
        }
        finally
        {
            foreach (var stream in streams.Values)
            {
                stream.Dispose();
            }
        }
    }

    // Whatever has come on any of the streams.
    private static void Read(Dictionary<Socket, EventStream> streams, Action<TimeSpan> take)
    {
        var ready = new List<Socket>(streams.Keys);
        Socket.Select(ready, null, null, TimeSpan.FromMilliseconds(100));
        foreach (var socket in ready)
        {
            streams[socket].Read(take);
        }
    }

    private sealed class EventStream : IDisposable
    {
        private readonly Uri _server;
        private readonly byte[] _buffer = new byte[4096];

        public EventStream(Uri server)
        {
            _server = server;
            const string Body = """{"inputs":"The quick brown fox"}""";
            Socket.Connect(server.Host, server.Port);
            Socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"POST {TrivialUpstream.StreamPath} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {ProxyFiles.Key}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}")));
        }

        public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        /// <summary>An event has come.</summary>
        public bool HasBegun { get; private set; }

        public void Read(Action<TimeSpan> take)
        {
            var read = Socket.Receive(_buffer);
            var now = Stopwatch.GetTimestamp();
            var text = _buffer.AsSpan(0, read);
            if (read == 0 || (!HasBegun && text.StartsWith("HTTP/"u8) && !text.StartsWith("HTTP/1.1 200"u8)))
            {
                throw new BenchmarkException($"{_server} ended a stream: {Encoding.UTF8.GetString(text)}");
            }
            while (text.IndexOf("data: "u8) is var at and >= 0)
            {
                text = text[(at + "data: "u8.Length)..];
                // Cut in two by a packet's end, it is not counted.
                if (text.IndexOf((byte)'\n') >= 0 && Utf8Parser.TryParse(text, out long writtenAt, out _))
                {
                    HasBegun = true;
                    take(Stopwatch.GetElapsedTime(writtenAt, now));
                }
            }
        }

        public void Dispose() => Socket.Dispose();
    }
}
