using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ElasticSynapse.EndToEnd.Tests.Stack;

namespace ElasticSynapse.EndToEnd.Tests.Documentation;

/// <summary>The README's requests, run as they stand, still have the answers that stand beside them.</summary>
[Collection(SharedStackCollection.Name)]
public partial class ReadmeRequestsTests(DefaultStack stack)
{
    [Fact]
    public async Task Readme_EachRequest_HasTheAnswerThatItShows()
    {
        var requests = Request().Matches(Pages.Read("README.md"));
        Assert.Equal(3, requests.Count);
        foreach (Match request in requests)
        {
            var command = request.Groups["command"].Value.Replace(":8080", $":{stack.Stack.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
            using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true })!;
            var answer = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            Assert.Equal(Comparable(request.Groups["answer"].Value), Comparable(answer));
        }
    }

    // Ids and times differ from run to run, and the last digits of a probability from processor to processor.
    private static string Comparable(string answer)
    {
        var lines = answer.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
        var text = OfTheMoment().Replace(string.Join('\n', lines), "");
        return Fraction().Replace(text, number => double.Parse(number.Value, CultureInfo.InvariantCulture).ToString("F3", CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^    \$ (?<command>curl .*)\n(?<answer>(?:(?:    .*)?\n)+)", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex("\"id\":\"cmpl-[0-9a-f]+\",|\"created\":[0-9]+,")]
    private static partial Regex OfTheMoment();

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Fraction();
}
