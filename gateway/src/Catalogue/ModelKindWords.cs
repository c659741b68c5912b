namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Kinds as files, labels and messages spell them.</summary>
internal static class ModelKindWords
{
    public static string Word(this ModelKind kind) => kind == ModelKind.Generator ? "generator" : "classifier";

    public static ModelKind? Parse(string? word) => word switch
    {
        "generator" => ModelKind.Generator,
        "classifier" => ModelKind.Classifier,
        _ => null,
    };
}
