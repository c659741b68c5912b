using System.Text.RegularExpressions;
using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Documentation;

/// <summary>Pages name only what exists, and all of what a user can set, call or scrape.</summary>
public partial class NamesTests
{
    public static TheoryData<string> EveryPage() => new(Pages.All());

    [Theory]
    [MemberData(nameof(EveryPage))]
    public void Page_LinksAndPaths_Exist(string page)
    {
        var text = Pages.Read(page);
        var folder = Path.GetDirectoryName(Path.Combine(RepositoryFiles.Root, page))!;
        var missing = new List<string>();
        foreach (Match link in MarkdownLink().Matches(text))
        {
            var target = link.Groups["target"].Value.Split('#')[0];
            if (!target.StartsWith("http", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)))
            {
                missing.Add(target);
            }
        }
        foreach (Match code in InlineCode().Matches(text))
        {
            // Paths from the root, or from the page's own folder as a service's README writes them.
            var path = code.Groups["code"].Value;
            if (LooksLikePath().IsMatch(path) && !Path.Exists(Path.Combine(RepositoryFiles.Root, path)) && !Path.Exists(Path.Combine(folder, path)))
            {
                missing.Add(path);
            }
        }
        Assert.Empty(missing);
    }

    [Fact]
    public void Readme_OfEachService_ShowsOnlyFilesThatExist()
    {
        foreach (var service in new[] { "gateway", "model-server", "classifier", "serving" })
        {
            var names = Directory.EnumerateFileSystemEntries(Path.Combine(RepositoryFiles.Root, service), "*", SearchOption.AllDirectories)
                .Select(Path.GetFileName);
            var shown = TreeName().Matches(Pages.Read(service, "README.md")).Select(match => (string?)match.Groups["name"].Value.TrimEnd('/'));
            Assert.Empty(shown.Except(names));
        }
    }

    [Fact]
    public void Configuration_EveryOption_StandsOnThePageAndNoOther()
    {
        var options = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var source in Pages.Sources().Select(File.ReadAllText))
        {
            if (BoundFrom().Match(source) is { Success: true } section)
            {
                foreach (Match property in Settable().Matches(source))
                {
                    options.Add($"{section.Groups["section"].Value}__{property.Groups["name"].Value}");
                }
            }
        }
        Assert.Contains("Model__Uri", options);
        var page = OptionRow().Matches(Pages.Read("docs", "configuration.md")).Select(match => match.Groups["option"].Value)
            .Where(option => option.Contains("__", StringComparison.Ordinal) && !option.StartsWith("Logging__", StringComparison.Ordinal));
        Assert.Equal(options, new SortedSet<string>(page, StringComparer.Ordinal));

        foreach (var service in new[] { "gateway", "model-server", "classifier" })
        {
            var named = OptionRow().Matches(Pages.Read(service, "README.md")).Select(match => match.Groups["option"].Value)
                .Where(option => option.Contains("__", StringComparison.Ordinal));
            Assert.Empty(named.Select(option => option.Split("__<")[0]).Except(options));
        }
    }

    [Fact]
    public void HttpApi_EveryRoute_StandsOnThePageAndNoOther()
    {
        var routes = new SortedSet<string>(StringComparer.Ordinal) { "GET /livez", "GET /readyz" };
        foreach (var source in Pages.Sources().Select(File.ReadAllText))
        {
            foreach (Match route in MappedRoute().Matches(source))
            {
                routes.Add($"{route.Groups["method"].Value.ToUpperInvariant()} {route.Groups["path"].Value}");
            }
        }
        var page = RouteInCode().Matches(Pages.Read("docs", "http-api.md").Split("## POST")[0]).Select(match => match.Groups["route"].Value);
        Assert.Equal(routes, new SortedSet<string>(page, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex MarkdownLink();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^(\./)?(gateway|model-server|classifier|serving|tests|packages|scripts|docs|src|models)/[\w./-]+$")]
    private static partial Regex LooksLikePath();

    [GeneratedRegex(@"(?<name>[A-Za-z0-9.-]+(\.cs|/))(?=[ ,;]|$)", RegexOptions.Multiline)]
    private static partial Regex TreeName();

    [GeneratedRegex("Bound from \"(?<section>[A-Za-z]+)\"")]
    private static partial Regex BoundFrom();

    [GeneratedRegex(@"public [\w<>?, ]+ (?<name>\w+) \{ get; set; \}")]
    private static partial Regex Settable();

    [GeneratedRegex(@"^\| `(?<option>[A-Za-z_<>]+)`", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex("Map(?<method>Get|Post)\\(\"(?<path>/[^\"]*)\"")]
    private static partial Regex MappedRoute();

    [GeneratedRegex("`(?<route>(GET|POST) /[^`]*)`")]
    private static partial Regex RouteInCode();
}
