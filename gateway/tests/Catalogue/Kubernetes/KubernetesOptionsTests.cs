using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ElasticSynapse.Gateway.Tests.Running;
using ElasticSynapse.Tests;

namespace ElasticSynapse.Gateway.Tests.Catalogue.Kubernetes;

/// <summary>How the API server is met: whom the gateway trusts, and how long a watch lasts.</summary>
public sealed class KubernetesOptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task CertificateAuthorityFile_OfTheServersCertificate_TheCatalogueIsRead()
    {
        using var certificate = TestCertificate.Create();
        await using var api = await ScriptedApiServer.StartAsync(certificate);
        await using var gateway = new RunningGateway(Cluster(api.Address, ("Kubernetes:CertificateAuthorityFile", Pem(certificate))));

        await Patience.UntilAsync(async () => (await gateway.CataloguePageAsync()).Contains("10.8.0.11", StringComparison.Ordinal), "the replicas are known");
    }

    [Fact]
    public async Task CertificateAuthorityFile_OfAnotherCertificate_NothingIsSentAndTheLogSaysWhy()
    {
        using var certificate = TestCertificate.Create();
        using var another = TestCertificate.Create();
        await using var api = await ScriptedApiServer.StartAsync(certificate);
        await using var gateway = new RunningGateway(Cluster(api.Address, ("Kubernetes:CertificateAuthorityFile", Pem(another))));

        await Patience.UntilAsync(
            () => Task.FromResult(gateway.Warnings.Any(line => line.StartsWith("services can't be watched", StringComparison.Ordinal) && line.Contains("SSL", StringComparison.Ordinal))),
            "the refusal is logged");

        Assert.Empty(api.Requests);
        using var answer = await gateway.Client.PostAsync("/v1/completions", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://127.0.0.1:1", null, "does not exist; inside a pod it is mounted with the service account")]
    [InlineData("https://127.0.0.1:1", "not a certificate", "holds no certificate in PEM")]
    [InlineData("https://127.0.0.1:1", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate in PEM")]
    [InlineData("http://127.0.0.1:1", "not a certificate", "has no effect with Kubernetes__ApiServer='http://127.0.0.1:1/', which has no certificate")]
    public async Task CertificateAuthorityFile_ThatCannotServe_StopsTheStart(string apiServer, string? content, string mistake)
    {
        var file = Path.Combine(_folder.FullName, "ca.crt");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content);
        }
        using var gateway = ServiceProcess.Start("ElasticSynapse.Gateway.dll", new()
        {
            ["Kubernetes__Namespace"] = "synapse",
            ["Kubernetes__ApiServer"] = apiServer,
            ["Kubernetes__CertificateAuthorityFile"] = file,
        });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"gateway: cannot start: 1 configuration mistake(s):\n  Kubernetes__CertificateAuthorityFile='{file}' {mistake}",
            standardError.TrimEnd());
    }

    [Fact]
    public async Task WatchTimeout_Short_IsAskedForAndItsEndIsNoFailure()
    {
        await using var api = await ScriptedApiServer.StartAsync();
        var watches = 0;
        api.Instead = async context =>
        {
            if (context.Request.Query["watch"] != "true" || !context.Request.Path.Value!.EndsWith("/services", StringComparison.Ordinal))
            {
                return false;
            }
            Interlocked.Increment(ref watches);
            await context.Response.Body.FlushAsync();
            // A little more than is asked for: a busy machine must not make it look much shorter.
            var seconds = double.Parse(context.Request.Query["timeoutSeconds"].ToString(), CultureInfo.InvariantCulture);
            await Task.Delay(TimeSpan.FromSeconds(seconds + 0.5), TimeProvider.System, context.RequestAborted);
            return true;
        };
        await using var gateway = new RunningGateway(Cluster(api.Address, ("Kubernetes:WatchTimeout", "00:00:01")));

        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref watches) >= 3), "two watches have ended");

        Assert.Contains(api.Requests, request => request.Contains("/services?", StringComparison.Ordinal) && request.Contains("&timeoutSeconds=1&", StringComparison.Ordinal));
        Assert.Empty(gateway.Warnings);
    }

    private static (string, string)[] Cluster(Uri api, (string, string) setting) =>
        [("Kubernetes:Namespace", "synapse"), ("Kubernetes:ApiServer", api.AbsoluteUri), setting];

    private string Pem(X509Certificate2 certificate)
    {
        var file = Path.Combine(_folder.FullName, "ca.crt");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
