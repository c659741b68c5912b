namespace ElasticSynapse.Gateway.Versions;

/// <summary>A model as requests name it: <c>gpt2</c>, <c>gpt2@1557429385_v0.01</c> or <c>gpt2:canary</c>.</summary>
internal readonly record struct ModelSelector(string Name, VersionPin Pin)
{
    public static ModelSelector Parse(string text)
    {
        var at = text.IndexOfAny(['@', ':']);
        if (at <= 0 || at == text.Length - 1)
        {
            return new ModelSelector(text, default);
        }
        var rest = text[(at + 1)..];
        return new ModelSelector(text[..at], text[at] == '@' ? VersionPin.ToVersion(rest) : VersionPin.ToLabel(rest));
    }
}
