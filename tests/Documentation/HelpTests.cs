using System.Diagnostics;
using System.Text.RegularExpressions;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Documentation;

/// <summary>What a service says of its options on the command line, beside the page.</summary>
public partial class HelpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("model-server", "ModelServer", "Scheduler__MaxSequences", "Sequences decoded together; each holds a slot of the KV cache")]
    [InlineData("classifier", "Classifier", "Classification__Threshold", "Probability from which a label is flagged")]
    [InlineData("gateway", "Gateway", "Callers__KeysFile", "")]
    public async Task Help_OfAService_ListsTheOptionsOfItsPartOfThePage(string service, string assembly, string option, string meaning)
    {
        var dll = Path.Combine(RepositoryFiles.Root, service, "src", "bin", "Release", "net10.0", $"ElasticSynapse.{assembly}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [dll, "--help"]) { RedirectStandardOutput = true })!;
        var help = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith($"usage: {service} ", help, StringComparison.Ordinal);
        Assert.Contains(meaning, Regex.Replace(help, @"\s+", " "), StringComparison.Ordinal);
        var listed = Listed().Matches(help).Select(match => match.Groups["option"].Value).ToHashSet();
        Assert.Contains(option, listed);
        var parts = Pages.Read("docs", "configuration.md").Split("\n## ")
            .Where(part => part.StartsWith("All three", StringComparison.Ordinal) || part.Split('\n')[0].Contains(service, StringComparison.Ordinal));
        var page = parts.SelectMany(part => Row().Matches(part)).Select(match => match.Groups["option"].Value)
            .Where(name => !name.StartsWith("Logging__", StringComparison.Ordinal));
        Assert.Empty(page.Except(listed));
    }

    [GeneratedRegex(@"^  (?<option>\w+__\w+)", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex(@"^\| `(?<option>\w+__\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
