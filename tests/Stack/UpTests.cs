using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ElasticSynapse.EndToEnd.Tests.Monitoring;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Stack;

[Collection(SharedStackCollection.Name)]
public partial class UpTests(DefaultStack demos)
{
    [Fact]
    public async Task Up_PrintedCommands_WorkAsTheyStand()
    {
        Assert.Contains("serving the demo checkpoints: models/demo-gpt2 models/demo-bert.", demos.Stack.Output, StringComparison.Ordinal);
        var commands = CurlLine().Matches(demos.Stack.Output).Select(match => match.Value.Trim()).ToArray();
        Assert.Equal(3, commands.Length);
        foreach (var command in commands)
        {
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command + " --silent --fail"]) { RedirectStandardOutput = true })!;
            var answer = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            Assert.True(shell.ExitCode == 0, command);
            Assert.True(answer.StartsWith("data: {", StringComparison.Ordinal) || JsonSerializer.Deserialize<JsonElement>(answer).ValueKind == JsonValueKind.Object, answer);
        }
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Up_Signalled_StopsAllThreeAndLeavesNothing(string signal)
    {
        using var stack = RunningStack.Start();
        await stack.ReadyAsync();
        var services = stack.Services();
        Assert.Equal(3, services.Length);

        stack.Signal(signal);

        Assert.Equal(0, await stack.ExitAsync());
        Assert.Empty(stack.Services());
    }

    [Fact]
    public async Task Up_AServiceDies_SaysWhichAndStopsTheOthers()
    {
        using var stack = RunningStack.Start();
        await stack.ReadyAsync();
        var classifier = stack.Services().Single(id => File.ReadAllText($"/proc/{id}/cmdline").Contains("Classifier", StringComparison.Ordinal));

        using (var process = Process.GetProcessById(classifier))
        {
            process.Kill();
        }

        Assert.Equal(1, await stack.ExitAsync());
        Assert.Contains("up: the classifier ended", stack.Errors, StringComparison.Ordinal);
        Assert.Empty(stack.Services());
    }

    [Theory]
    [InlineData(0, "gateway")]
    [InlineData(1, "model-server")]
    [InlineData(2, "classifier")]
    [InlineData(10, "gateway's metrics")]
    public async Task Up_PortTaken_SaysWhichAndStartsNothing(int offset, string service)
    {
        var port = RunningStack.ThreeFreePorts();
        using var other = new TcpListener(IPAddress.Loopback, port + offset);
        other.Start();
        using var stack = RunningStack.StartWith("--port", port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(1, await stack.ExitAsync());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"up: port {port + offset}, meant for the {service}, is in use; choose others with --port"), stack.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("ready", stack.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_WithMonitoring_APrometheusWithTheRulesScrapesAllThree()
    {
        using var stack = RunningStack.Start("--monitoring");
        await stack.ReadyAsync();
        using var prometheus = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{stack.Port + 3}")) };
        var (targets, rules) = ("", "");
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    targets = await prometheus.GetStringAsync("/api/v1/targets?state=active");
                    rules = await prometheus.GetStringAsync("/api/v1/rules?type=alert");
                    return targets.Split("\"health\":\"up\"").Length == 4;
                }
                catch (HttpRequestException notYet)
                {
                    targets = notYet.Message;
                    return false;
                }
            },
            () => targets);
        Assert.All(Rules.Alerts, alert => Assert.Contains($"\"name\":\"{alert.Name}\"", rules, StringComparison.Ordinal));

        stack.Signal("TERM");
        Assert.Equal(0, await stack.ExitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => prometheus.GetStringAsync("/-/ready"));
    }

    [Fact]
    public async Task Up_CheckpointsGiven_ServesThemUnderTheirFoldersNames()
    {
        var folder = Directory.CreateTempSubdirectory("checkpoints-").FullName;
        try
        {
            var poet = Path.Combine(folder, "poet");
            CopyFolder(RepositoryFiles.Data("huggingface", "gpt2"), poet);
            using var stack = RunningStack.Start("--generator", new Uri(poet).AbsoluteUri, "--classifier", RepositoryFiles.Data("huggingface", "bert"));
            await stack.ReadyAsync();
            Assert.Contains("\"id\":\"poet\"", await stack.Http.GetStringAsync("/v1/models"), StringComparison.Ordinal);
            Assert.DoesNotContain("demo", stack.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Up_CheckpointMissing_EndsWithTheServicesOwnWords()
    {
        using var stack = RunningStack.Start("--generator", "/no/such/checkpoint");
        Assert.Equal(1, await stack.ExitAsync());
        Assert.Contains("model-server: cannot start: /no/such/checkpoint", stack.Errors, StringComparison.Ordinal);
        Assert.Empty(stack.Services());
    }

    [Theory]
    [InlineData("unknown option '--generater'", "--generater", "x")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("--port 'http' must be 1 to 65525", "--port", "http")]
    [InlineData("--port '65526' must be 1 to 65525", "--port", "65526")]
    public async Task Up_BadArguments_SaysWhatIsWrong(string message, params string[] arguments)
    {
        using var stack = RunningStack.StartWith(arguments);
        Assert.Equal(2, await stack.ExitAsync());
        Assert.Contains(message, stack.Errors, StringComparison.Ordinal);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    [GeneratedRegex("^  curl .*$", RegexOptions.Multiline)]
    private static partial Regex CurlLine();
}
