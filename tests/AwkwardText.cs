using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Tests;

/// <summary>Random texts that tokenizers get wrong: every plane, marks, odd white space, contractions, special tokens.</summary>
internal static class AwkwardText
{
    private static readonly string[] Fragments =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u2028", "\u3000", "\u200B", "\u200D", "\uFEFF", "\u0085", "\v", "\0", "\uFFFD",
        "'s", "'S", "'ll", "'re", "'d", "'", "don't", "a", "Z", "hello", " world", "0", "12", "\u00BD", "\u2167", "!", "...", "#", "_", "$",
        "\u00E9", "e\u0301", "\u0301", "\u0903", "\u0130", "\u03A3", "\u00DF", "\u1E9B\u0323", "\uD55C\uAE00", "\u4E2D", "\uF900", "\u0915\u094D",
        "\U0001D54F", "\U0001D7D8", "\U00020000", "\U0002F800", "\U0001F600", "\U0001F468\u200D\U0001F469", "\uE000", "\U000E0001",
        "<|endoftext|>", "<|endof", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "##", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    private static readonly Gen<string> CodePoint = Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(value => new Rune(value).ToString());

    private static readonly Gen<string> BasicCodePoint = Gen.Choose(0, 0x2FFF).Select(value => new Rune(value).ToString());

    /// <summary>Texts without unpaired surrogates, so that they are the same text as UTF-8.</summary>
    public static Arbitrary<string> Arbitrary { get; } = Gen.Frequency(
            (5, Gen.Elements(Fragments)), (3, BasicCodePoint), (1, CodePoint))
        .ListOf()
        .Select(parts => string.Concat(parts))
        .ToArbitrary();

    /// <summary>The same texts at every run; a failure is thrown with its example.</summary>
    public static Config Settings { get; } = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261120, 1);
}
