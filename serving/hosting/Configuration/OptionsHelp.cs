using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ElasticSynapse.Serving.Hosting.Configuration;

/// <summary>The text of <c>--help</c>: every option with its docstring, which states the default. The compiler leaves it in an XML
/// file beside each assembly.</summary>
internal static partial class OptionsHelp
{
    private const int Width = 100;
    private const string Indent = "      ";

    public static string Of(string service, IEnumerable<(string Section, Type Type)> sections)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"usage: {service} [--Section:Option=value ...]\n\n");
        text.Append("Options, spelled as environment variables; beside them ASP.NET Core's own, such as ASPNETCORE_URLS.\n");
        foreach (var (section, type) in sections.OrderBy(section => section.Section, StringComparer.Ordinal))
        {
            foreach (var property in OptionsReader.PropertiesOf(type).OrderBy(property => property.Name, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  {section}__{property.Name}\n");
                Append(text, Summary(property));
            }
        }
        return text.ToString();
    }

    private static string Summary(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
        var name = $"P:{type.FullName!.Replace('+', '.')}.{property.Name}";
        var summary = File.Exists(file)
            ? XDocument.Load(file).Descendants("member").FirstOrDefault(member => (string?)member.Attribute("name") == name)?.Element("summary")
            : null;
        return summary is null ? "" : Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
    }

    // <c>x</c> is x; <see cref="P:Some.Type.Member"/> is Member.
    private static string Text(XNode node) => node switch
    {
        XElement { IsEmpty: true } element => ((string?)element.Attribute("cref") ?? (string?)element.Attribute("name") ?? "").Split('.')[^1],
        XElement element => element.Value,
        _ => node.ToString(SaveOptions.DisableFormatting).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal),
    };

    private static void Append(StringBuilder text, string summary)
    {
        var line = new StringBuilder();
        foreach (var word in summary.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Indent.Length + line.Length + 1 + word.Length > Width)
            {
                text.Append(Indent).Append(line).Append('\n');
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        if (line.Length > 0)
        {
            text.Append(Indent).Append(line).Append('\n');
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
