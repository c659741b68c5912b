namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>How a text becomes words before they are cut. The defaults are those of Hugging Face's BertNormalizer.</summary>
internal sealed record WordPieceRules
{
    /// <summary>Characters of a longer word are not tried: it is unknown. Counted after normalization.</summary>
    public const int HuggingFaceMaxWordCharacters = 100;

    /// <summary>The limit of google-research/bert.</summary>
    public const int GoogleMaxWordCharacters = 200;

    /// <summary>Character by character: no final sigma.</summary>
    public required bool LowerCase { get; init; }

    /// <summary>Canonical decomposition without non-spacing marks. Follows lower-casing where a checkpoint does not say.</summary>
    public required bool StripAccents { get; init; }

    /// <summary>Chinese characters are words by themselves.</summary>
    public bool IsolateCjk { get; init; } = true;

    /// <summary>Control characters are dropped.</summary>
    public bool CleanText { get; init; } = true;

    public int MaxWordCharacters { get; init; } = HuggingFaceMaxWordCharacters;

    /// <summary>Those of BertTokenizer.</summary>
    /// <param name="config">What the checkpoint's configuration says.</param>
    /// <param name="lowerCase">Where it does not say.</param>
    public static WordPieceRules Of(TokenizerConfig config, bool lowerCase) => new()
    {
        LowerCase = config.LowerCase ?? lowerCase,
        StripAccents = config.StripAccents ?? config.LowerCase ?? lowerCase,
        IsolateCjk = config.IsolateCjk ?? true,
    };
}
