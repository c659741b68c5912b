using System.Net;
using ElasticSynapse.Tests;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Gateway.Tests.Running;

public sealed class ProcessTests
{
    private const string Assembly = "ElasticSynapse.Gateway.dll";

    [Fact]
    public async Task Start_SeveralOptionsWrong_ExitsWithOneAndListsAll()
    {
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["Upstreams__Generator"] = "model-server",
            ["Upstreams__Classifier"] = "ftp://classifier",
            ["Upstreams__ActivityTimeout"] = "soon",
            ["Upstreams__Generater"] = "http://127.0.0.1:1",
            ["Http__MaxRequestBodyBytes"] = "-1",
        });

        Assert.Equal(
            """
            gateway: cannot start: 5 configuration mistake(s):
              Http__MaxRequestBodyBytes='-1': must be between 1,024 and 268,435,456 bytes
              Upstreams__ActivityTimeout='soon' is not a duration such as 00:00:30
              Upstreams__Generater is not an option; Upstreams has ActivityTimeout, Classifier, Generator
              Upstreams__Generator='model-server': must be an absolute http or https address such as http://model-server:8080, without query, fragment or user
              Upstreams__Classifier='ftp://classifier/': must be an absolute http or https address such as http://model-server:8080, without query, fragment or user
            """,
            await RefusalAsync(gateway));
    }

    [Fact]
    public async Task Start_SettingsWithoutEffect_ExitsWithOneAndListsAll()
    {
        using var gateway = ServiceProcess.Start(
            Assembly,
            new()
            {
                ["Admision__MaxRunning"] = "3",
                ["SOMEBODY__ELSES"] = "3",
                ["Kubernetes__PortName"] = "web",
                ["Hedging__MinimumDelay"] = "00:00:01",
                ["Cors__MaxAge"] = "00:00:01",
                ["Catalogue__ReloadInterval"] = "00:00:01",
                ["Callers__ReloadInterval"] = "00:00:01",
            },
            "--Admision:MaxRunning=3", "--Admission:MaxRunning=3", "--foo=1", "--Logging:LogLevel:Default", "Warning", "word", "-x", "--Admission=3", "--TEMPERATURE=1", "--last");

        Assert.Equal(
            """
            gateway: cannot start: 12 configuration mistake(s):
              Cors__MaxAge='00:00:01' has no effect without Cors__AllowedOrigins
              Callers__ReloadInterval='00:00:01' has no effect without Callers__KeysFile
              Kubernetes__PortName='web' has no effect without Kubernetes__Namespace
              Catalogue__ReloadInterval='00:00:01' has no effect without Catalogue__File
              Hedging__MinimumDelay='00:00:01' has no effect without Hedging__Enabled=true
              --Admision:MaxRunning is not an option (was --Admission:… meant?); --help lists all
              --foo is not an option; --help lists all
              'word' is not an option; options are written --Section:Option=value
              '-x' is not an option; options are written --Section:Option=value
              --Admission is not an option; --help lists all
              '--last' has no value
              Admision__MaxRunning is not an option; was Admission__MaxRunning meant?
            """,
            await RefusalAsync(gateway));
    }

    [Fact]
    public async Task Start_ChoicesWhereThereIsNone_ExitsWithOneAndListsAll()
    {
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["Outliers__Window"] = "00:00:01",
            ["Shadow__MaxRunning"] = "1",
            ["Replicas__ProbeInterval"] = "00:00:02",
            ["Replicas__AffinityBytes"] = "1",
            ["Replicas__AffinityLoadFactor"] = "2",
            ["Replicas__ReportMaxAge"] = "00:00:01",
            ["CanaryGuard__MinimumRequests"] = "1",
            ["Hedging__Enabled"] = "true",
            ["Hedging__MinimumDelay"] = "00:00:01",
        });

        Assert.Equal(
            """
            gateway: cannot start: 7 configuration mistake(s):
              Outliers__Window='00:00:01' has no effect without Catalogue__File or Kubernetes__Namespace
              Shadow__MaxRunning='1' has no effect without Catalogue__File or Kubernetes__Namespace
              Replicas__AffinityBytes='1' has no effect without Catalogue__File or Kubernetes__Namespace
              Replicas__AffinityLoadFactor='2' has no effect without Catalogue__File or Kubernetes__Namespace
              Replicas__ReportMaxAge='00:00:01' has no effect without Catalogue__File or Kubernetes__Namespace
              CanaryGuard__MinimumRequests='1' has no effect without Catalogue__File or Kubernetes__Namespace
              Hedging__Enabled='true' has no effect without Catalogue__File or Kubernetes__Namespace
            """,
            await RefusalAsync(gateway));
    }

    [Fact]
    public async Task Start_BoundsAboveTheWholes_ExitsWithOneAndListsAll()
    {
        using var catalogue = CatalogueFile.OfGpt2(new FileVersion("1_v1", 100, ["stable"], new Uri("http://127.0.0.1:1")));
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["Catalogue__File"] = catalogue.Path,
            ["Admission__MaxRunningPerCaller"] = "1025",
            ["Admission__MaxQueued"] = "9",
            ["Admission__MaxQueuedPerCaller"] = "10",
            ["Deadlines__Request"] = "00:00:20",
            ["Deadlines__Try"] = "00:00:20.001",
            ["Outliers__BaseEjection"] = "00:02:01",
            ["Admission__MaxWait"] = "00:00:21",
            ["ScaleFromZero__MaxWait"] = "00:00:22",
        });

        Assert.Equal(
            """
            gateway: cannot start: 7 configuration mistake(s):
              Deadlines__Try='00:00:20.001' has no effect above Deadlines__Request, which is 00:00:20
              ScaleFromZero__MaxWait='00:00:22' has no effect above Deadlines__Request, which is 00:00:20
              ScaleFromZero__MaxWait='00:00:22' has no effect without Kubernetes__Namespace
              Outliers__BaseEjection='00:02:01' has no effect above Outliers__MaxEjection, which is 00:02:00
              Admission__MaxRunningPerCaller='1025' has no effect above Admission__MaxRunning, which is 1024
              Admission__MaxQueuedPerCaller='10' has no effect above Admission__MaxQueued, which is 9
              Admission__MaxWait='00:00:21' has no effect above Deadlines__Request, which is 00:00:20
            """,
            await RefusalAsync(gateway));
    }

    // Whoever lowers the whole need not know of its parts.
    [Fact]
    public async Task Start_DefaultsAboveTheWholes_Starts()
    {
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["Admission__MaxRunning"] = "9",
            ["Admission__MaxQueued"] = "9",
            ["Deadlines__Request"] = "00:00:20",
        });

        using var answer = await (await gateway.ReadyAsync()).GetAsync("/livez");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Start_ChoicesSwitchedOffWhereThereIsNone_Starts()
    {
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["CanaryGuard__Enabled"] = "false", ["CanaryGuard__MinimumRequests"] = "1", ["Hedging__Enabled"] = "false", ["Hedging__MinimumDelay"] = "00:00:01",
        });
        var client = await gateway.ReadyAsync();

        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("/livez"));
    }

    [Fact]
    public async Task Start_AddressTaken_ExitsWithOneAndSaysWhich()
    {
        await using var other = await Upstream.StartAsync("taken");

        using var gateway = ServiceProcess.Start(Assembly, new() { ["ASPNETCORE_URLS"] = other.Address.AbsoluteUri });
        var (exitCode, standardError) = await gateway.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.StartsWith("gateway: cannot start: ", standardError, StringComparison.Ordinal);
        Assert.Contains(other.Address.Authority, standardError, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", standardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_RequestInFlight_FinishesItThenExitsWithZero()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.SetResult();
            await release.Task;
            await context.Response.WriteAsync("whole");
        });
        using var gateway = ServiceProcess.Start(Assembly, new() { ["Upstreams__Generator"] = upstream.Address.AbsoluteUri });
        var client = await gateway.ReadyAsync();

        var answering = client.GetAsync("/v1/models/gpt2");
        await arrived.Task.WaitAsync(Patience.Limit);
        gateway.Terminate();
        // The drain has begun once no new connection is taken.
        await Patience.UntilAsync(async () => !await AcceptsAsync(client.BaseAddress!), "the gateway stops listening");
        Assert.False(answering.IsCompleted);
        release.SetResult();

        using var answer = await answering;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("whole", await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, (await gateway.ExitAsync()).Code);
    }

    [Fact]
    public async Task Terminate_StreamRunning_ReadinessFailsAndTheStreamEndsWhole()
    {
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await release.Task;
            await context.Response.WriteAsync("data: two\n\n");
        });
        using var gateway = ServiceProcess.Start(Assembly, new()
        {
            ["Upstreams__Generator"] = upstream.Address.AbsoluteUri,
            ["Upstreams__Classifier"] = upstream.Address.AbsoluteUri,
            ["Drain__ReadinessDelay"] = "00:00:05",
        });
        var client = await gateway.ReadyAsync();
        using (var before = await client.GetAsync("/readyz"))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }
        using var answer = await client.GetAsync("/v1/models/gpt2", HttpCompletionOption.ResponseHeadersRead);

        gateway.Terminate();
        // Other requests are still served meanwhile.
        await Patience.UntilAsync(async () => await IsDrainingAsync(client), "readiness fails");
        await Patience.UntilAsync(async () => !await AcceptsAsync(client.BaseAddress!), "the gateway stops listening");
        release.SetResult();

        Assert.Equal("data: one\n\ndata: two\n\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, (await gateway.ExitAsync()).Code);
    }

    private static async Task<string> RefusalAsync(ServiceProcess gateway)
    {
        var (exitCode, standardError) = await gateway.ExitAsync();
        Assert.Equal(1, exitCode);
        return standardError.TrimEnd();
    }

    private static async Task<bool> IsDrainingAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/readyz");
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            && (await answer.Content.ReadAsStringAsync()).Contains("draining", StringComparison.Ordinal);
    }

    private static async Task<bool> AcceptsAsync(Uri address)
    {
        using var client = new HttpClient { Timeout = Patience.Limit };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/livez"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
