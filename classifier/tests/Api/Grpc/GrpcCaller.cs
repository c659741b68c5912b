using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Tests.Api.Grpc;

/// <summary>Calls gRPC methods over HTTP/2 without TLS, as any gRPC client does.</summary>
internal sealed class GrpcCaller(int port) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };

    /// <summary>What the last answer said of the encodings that the server reads.</summary>
    public string? AcceptedEncodings { get; private set; }

    /// <summary>One that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Status, message and, of status 0, the answer.</summary>
    public async Task<(int Status, string? Message, T? Answer)> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, params (string Name, string Value)[] headers)
        where T : class, IMessage<T> => await CallAsync(method, Framed(request.ToByteArray()), parser, headers);

    public async Task<(int Status, string? Message, T? Answer)> CallAsync<T>(string method, byte[] body, MessageParser<T> parser, params (string Name, string Value)[] headers)
        where T : class, IMessage<T>
    {
        using var call = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
        {
            call.Headers.Add(name, value);
        }
        using var response = await _http.SendAsync(call);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        AcceptedEncodings = response.Headers.TryGetValues("grpc-accept-encoding", out var encodings) ? encodings.Single() : null;
        var answer = await response.Content.ReadAsByteArrayAsync();
        var ending = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var status = int.Parse(Assert.Single(ending.GetValues("grpc-status")), CultureInfo.InvariantCulture);
        var message = ending.TryGetValues("grpc-message", out var values) ? Uri.UnescapeDataString(values.Single()) : null;
        return (status, message, status == 0 ? parser.ParseFrom(answer.AsSpan(5)) : null);
    }

    public static byte[] Framed(byte[] message, bool isCompressed = false)
    {
        var length = BitConverter.GetBytes(message.Length);
        Array.Reverse(length);
        return [(byte)(isCompressed ? 1 : 0), .. length, .. message];
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }
        return output.ToArray();
    }

    public void Dispose() => _http.Dispose();
}
