using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Running;

public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Endpoint_WithACertificate_ServesItsHoldersOverTls()
    {
        using var certificate = TestCertificate.Create();
        var seen = "";
        await using var upstream = await Upstream.StartAsync(context =>
        {
            seen = context.Request.Headers["X-Forwarded-Proto"].ToString();
            return context.Response.WriteAsync("served");
        });
        await using var gateway = new RunningGateway(upstream.Address, null, await EndpointAsync(certificate));
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == certificate.Thumbprint,
        };
        using var client = new HttpClient(handler) { Timeout = Patience.Limit };

        var address = Assert.Single(gateway.Addresses);
        Assert.Equal("https", address.Scheme);
        using var answer = await client.GetAsync(new Uri(address, "/v1/models/gpt2"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("served", await answer.Content.ReadAsStringAsync());
        Assert.Equal("https", seen);
    }

    [Fact]
    public async Task Send_ManyAtATimeOverOneHttp2Connection_EachIsItsOwnCaller()
    {
        await using var upstream = await Upstream.StartAsync("served");
        using var certificate = TestCertificate.Create();
        using var keys = new KeysFile(("ada", "key-of-ada-0123456789", "\"requestsPerMinute\": 1000"), ("bob", "key-of-bob-0123456789", "\"requestsPerMinute\": 2000"));
        await using var gateway = new RunningGateway(upstream.Address, null, [.. await EndpointAsync(certificate), ("Callers:KeysFile", keys.Path)]);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 one && one.Thumbprint == certificate.Thumbprint },
        };
        using var client = new HttpClient(handler) { BaseAddress = Assert.Single(gateway.Addresses), Timeout = Patience.Limit };

        var limits = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent("{}"),
                Headers = { Authorization = new("Bearer", i % 3 == 0 ? "key-of-ada-0123456789" : "key-of-bob-0123456789") },
            };
            using var answer = await client.SendAsync(request);
            Assert.Equal("served", await answer.Content.ReadAsStringAsync());
            return Assert.Single(answer.Headers.GetValues("x-ratelimit-limit-requests"));
        }));

        Assert.Equal(Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? "1000" : "2000"), limits);
    }

    private async Task<(string Key, string Value)[]> EndpointAsync(X509Certificate2 certificate)
    {
        var (certificateFile, keyFile) = (Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return
        [
            ("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Https:Certificate:Path", certificateFile), ("Kestrel:Endpoints:Https:Certificate:KeyPath", keyFile),
        ];
    }
}
