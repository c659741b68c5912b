using System.Net;
using System.Security.Cryptography;
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
        using var certificate = SelfSigned();
        var (certificateFile, keyFile) = (Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var seen = "";
        await using var upstream = await Upstream.StartAsync(context =>
        {
            seen = context.Request.Headers["X-Forwarded-Proto"].ToString();
            return context.Response.WriteAsync("served");
        });
        await using var gateway = new RunningGateway(
            upstream.Address, null, ("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Https:Certificate:Path", certificateFile), ("Kestrel:Endpoints:Https:Certificate:KeyPath", keyFile));
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

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
