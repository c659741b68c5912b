using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Tests.Hosting.Requests;

public class CompressedBodiesTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Post_Compressed_IsReadAsItWasWritten(string encoding)
    {
        await using var service = await StartAsync();
        var (status, answer) = await PostAsync(service, Compressed("""{"prompt":"Ä"}""", encoding), encoding);
        Assert.Equal((HttpStatusCode.OK, """{"prompt":"Ä"}"""), (status, answer));
    }

    [Fact]
    public async Task Post_ThatUnpacksBeyondTheLimit_Is413()
    {
        await using var service = await StartAsync();
        var (status, answer) = await PostAsync(service, Compressed(new string('a', 100_000), "gzip"), "gzip");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("this server accepts 2,048 (Http__MaxRequestBodyBytes)", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", "the body is not gzip, as Content-Encoding says")]
    [InlineData("deflate", "the body is not deflate, as Content-Encoding says")]
    [InlineData("br", "the body's Content-Encoding is 'br'; accepted: gzip, deflate, identity")]
    public async Task Post_NotWhatItSays_Is400(string encoding, string message)
    {
        await using var service = await StartAsync();
        var (status, answer) = await PostAsync(service, Encoding.UTF8.GetBytes("""{"prompt":"plain"}"""), encoding);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(message, answer, StringComparison.Ordinal);
    }

    private static Task<RunningService> StartAsync() => RunningService.StartAsync(
        app => app.MapPost("/echo", async (HttpRequest request) => Results.Text(await new StreamReader(request.Body).ReadToEndAsync())),
        settings: ("Http:MaxRequestBodyBytes", "2048"));

    private static async Task<(HttpStatusCode Status, string Answer)> PostAsync(RunningService service, byte[] body, string encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentEncoding.Add(encoding);
        using var answer = await service.Client.PostAsync("/echo", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static byte[] Compressed(string text, string encoding)
    {
        var output = new MemoryStream();
        using (Stream stream = encoding.ToLowerInvariant() switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(output, CompressionLevel.Fastest),
            _ => output,
        })
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        return output.ToArray();
    }
}
