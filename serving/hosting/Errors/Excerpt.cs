using System.Globalization;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>A caller's own words as an error quotes them: enough to know them again, never megabytes.</summary>
public static class Excerpt
{
    private const int MaxLength = 60;

    public static string Of(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }
        var cut = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, cut)}… ({text.Length:N0} characters)");
    }
}
