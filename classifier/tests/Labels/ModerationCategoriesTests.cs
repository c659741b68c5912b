using ElasticSynapse.Classifier.Labels;

namespace ElasticSynapse.Classifier.Tests.Labels;

public sealed class ModerationCategoriesTests
{
    [Theory]
    [InlineData("toxic", "harassment")]
    [InlineData("severe_toxic", "harassment")]
    [InlineData("obscene", "harassment")]
    [InlineData("insult", "harassment")]
    [InlineData("threat", "harassment/threatening,violence")]
    [InlineData("identity_hate", "hate")]
    public void IsFlagged_OneJigsawLabel_MakesACategoryTrue(string label, string categories)
    {
        var mapping = new ModerationCategories(Golden.Labels);
        var scores = Scores(Golden.Labels.Select(each => each == label));
        Assert.Equal(categories, Flagged(mapping, scores));
    }

    [Fact]
    public void IsFlagged_IdentityHateAndThreat_AreHatefulThreats()
    {
        var mapping = new ModerationCategories(Golden.Labels);
        var scores = Scores(Golden.Labels.Select(label => label is "identity_hate" or "threat"));
        Assert.Equal("harassment/threatening,hate,hate/threatening,violence", Flagged(mapping, scores));
    }

    [Fact]
    public void Score_LabelsInAnotherOrderAmongOthers_FindsThemByName()
    {
        string[] labels = ["clean", "threat", "identity_hate", "insult", "obscene", "severe_toxic", "toxic"];
        var mapping = new ModerationCategories(labels);
        var scores = new TextScores([0.9f, 0.3f, 0.2f, 0.1f, 0.4f, 0.5f, 0.15f], new bool[7], 2, false);

        Assert.Equal(0.5f, mapping.Score(Category("harassment"), scores));
        Assert.Equal(0.2f, mapping.Score(Category("hate/threatening"), scores));
        Assert.Equal(0.3f, mapping.Score(Category("violence"), scores));
        Assert.Equal(0f, mapping.Score(Category("sexual"), scores));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], mapping.Extra);
    }

    [Fact]
    public void IsFed_LabelsWithoutOneOfTheSix_NoCategory()
    {
        var mapping = new ModerationCategories(["toxic", "severe_toxic", "obscene", "threat", "insult"]);
        Assert.DoesNotContain(Enumerable.Range(0, 13), mapping.IsFed);
    }

    private static TextScores Scores(IEnumerable<bool> flagged)
    {
        bool[] flags = [.. flagged];
        return new TextScores([.. flags.Select(flag => flag ? 0.9f : 0.1f)], flags, 2, false);
    }

    private static string Flagged(ModerationCategories mapping, TextScores scores) =>
        string.Join(',', ModerationCategories.Names.Where((_, category) => mapping.IsFlagged(category, scores)));

    private static int Category(string name) => Array.IndexOf(ModerationCategories.Names, name);
}
