using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Classifier.Tokenization;

/// <summary>The roles that BERT's special tokens have, and the tokens that have them where a folder gives none.</summary>
internal static class BertRoles
{
    public const string Unknown = "unk_token";
    public const string Classification = "cls_token";
    public const string Separator = "sep_token";
    public const string Padding = "pad_token";
    private const string Mask = "mask_token";

    public static readonly (string Role, string? Text)[] Own =
        [(Unknown, "[UNK]"), (Separator, "[SEP]"), (Padding, "[PAD]"), (Classification, "[CLS]"), (Mask, "[MASK]")];

    /// <summary>The text of a role's token; BERT's where it has none.</summary>
    public static string TextOf(this SpecialTokenRoles roles, string role) => roles.Text(role) ?? Own.Single(own => own.Role == role).Text!;
}
