using System.ComponentModel.DataAnnotations;
using System.Text;
using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace ElasticSynapse.Serving.Tests.Hosting.Configuration;

public sealed class OptionsReaderTests
{
    private enum Precision
    {
        Auto,
        Fp32,
    }

    [Fact]
    public void Read_NothingSet_KeepsDefaults()
    {
        var (options, mistakes) = Read<Sample>();

        Assert.Empty(mistakes);
        Assert.Equal(16, options.Slots);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Wait);
        Assert.Null(options.Threads);
        Assert.Empty(options.Weights);
    }

    [Fact]
    public void Read_EveryTypeSet_Converts()
    {
        var (options, mistakes) = Read<Sample>(
            ("Sample:Slots", "32"),
            ("Sample:wait", "00:00:05.5"),
            ("Sample:Precision", "fp32"),
            ("Sample:Address", "http://127.0.0.1:8081"),
            ("Sample:Ratio", "0.25"),
            ("Sample:Enabled", "True"),
            ("Sample:Name", "gpt2"),
            ("Sample:Threads", "2"),
            ("Sample:Weights:toxic", "0.5"),
            ("Sample:Weights:insult", "0.75"),
            ("Sample:Labels:stable", "1557429385_v0.01"));

        Assert.Empty(mistakes);
        Assert.Equal(32, options.Slots);
        Assert.Equal(TimeSpan.FromSeconds(5.5), options.Wait);
        Assert.Equal(Precision.Fp32, options.Precision);
        Assert.Equal(new Uri("http://127.0.0.1:8081"), options.Address);
        Assert.Equal(0.25, options.Ratio);
        Assert.True(options.Enabled);
        Assert.Equal("gpt2", options.Name);
        Assert.Equal(2, options.Threads);
        Assert.Equal(new Dictionary<string, double> { ["toxic"] = 0.5, ["insult"] = 0.75 }, options.Weights);
        Assert.Equal("1557429385_v0.01", options.Labels["stable"]);
    }

    [Theory]
    [InlineData("Slots", "many", "is not a whole number")]
    [InlineData("Slots", "1.5", "is not a whole number")]
    [InlineData("Slots", "", "is not a whole number")]
    [InlineData("Slots", "99999999999", "is not a whole number")]
    [InlineData("Wait", "30 s", "is not a duration such as 00:00:30")]
    [InlineData("Wait", "30", "is not a duration such as 00:00:30")]
    [InlineData("Wait", "1", "is not a duration such as 00:00:30")]
    [InlineData("Precision", "fp8", "is not one of Auto, Fp32")]
    [InlineData("Precision", "7", "is not one of Auto, Fp32")]
    [InlineData("Precision", "Auto, Fp32x", "is not one of Auto, Fp32")]
    [InlineData("Address", "", "is not a URI")]
    [InlineData("Ratio", "half", "is not a number")]
    [InlineData("Ratio", "0,5x", "is not a number")]
    [InlineData("Enabled", "yes", "is not true or false")]
    [InlineData("Threads", "two", "is not a whole number")]
    [InlineData("Weights", "0.5", "has no members; Sample__Weights__<name> is a number")]
    [InlineData("Weights:toxic", "high", "is not a number")]
    public void Read_WrongType_NamesKeyValueAndWhatIsAccepted(string key, string value, string accepted)
    {
        var (_, mistakes) = Read<Sample>(("Sample:" + key, value));

        var name = key.Replace(":", "__", StringComparison.Ordinal);
        Assert.Equal([$"Sample__{name}='{value}' {accepted}"], mistakes);
    }

    [Theory]
    [InlineData("Slots", "0", "must be between 1 and 64")]
    [InlineData("Slots", "65", "must be between 1 and 64")]
    [InlineData("Wait", "01:00:01", "must be between 00:00:00 and 01:00:00")]
    [InlineData("Ratio", "NaN", "must be between 0 and 1")]
    [InlineData("Ratio", "-0.5", "must be between 0 and 1")]
    public void Read_OutOfRange_NamesKeyValueAndRange(string key, string value, string range)
    {
        var (_, mistakes) = Read<Sample>(("Sample:" + key, value));

        Assert.Equal([$"Sample__{key}='{value}': {range}"], mistakes);
    }

    [Fact]
    public void Read_UnknownKey_ListsTheKnownOnes()
    {
        var (_, mistakes) = Read<Pair>(("Pair:Lowest", "1"));

        Assert.Equal(["Pair__Lowest is not an option; Pair has High, Low"], mistakes);
    }

    [Fact]
    public void Read_MembersWhereAValueBelongs_SaysSo()
    {
        var (_, mistakes) = Read<Pair>(("Pair:Low:Inner", "1"));

        Assert.Equal(["Pair__Low has members; a whole number is expected"], mistakes);
    }

    [Fact]
    public void Read_NullInJson_KeepsTheDefault()
    {
        var reader = new OptionsReader(new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes("""{"Sample":{"Slots":null,"Weights":null,"Wait":null,"Labels":{"stable":null}}}""")))
            .Build());

        var options = reader.Read<Sample>("Sample");

        reader.ThrowIfMistaken();
        Assert.Equal(16, options.Slots);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Wait);
        Assert.Empty(options.Weights);
    }

    [Fact]
    public void Read_RuleAcrossProperties_IsChecked()
    {
        var (_, mistakes) = Read<Pair>(("Pair:Low", "9"));

        Assert.Equal(["Pair__Low='9': must not be over High (5)"], mistakes);
    }

    [Fact]
    public void Read_RuleAcrossPropertiesOneUnreadable_BlamesOnlyThatOne()
    {
        var (_, mistakes) = Read<Pair>(("Pair:Low", "9"), ("Pair:High", "ten"));

        Assert.Equal(["Pair__High='ten' is not a whole number"], mistakes);
    }

    [Fact]
    public void Read_SeveralMistakesInSeveralSections_ListsAll()
    {
        var reader = Reader(
            ("Sample:Slots", "0"), ("Sample:Wait", "soon"), ("Sample:Slot", "3"), ("Sample:Ratio", "2"), ("Pair:Low", "9"));

        reader.Read<Sample>("Sample");
        reader.Read<Pair>("Pair");
        reader.Add("Sample and Pair contradict each other");

        var exception = Assert.Throws<ConfigurationException>(reader.ThrowIfMistaken);
        Assert.Equal(
            [
                "Sample__Slot is not an option; Sample has Address, Enabled, Labels, Name, Precision, Ratio, Slots, Threads, Wait, Weights",
                "Sample__Wait='soon' is not a duration such as 00:00:30",
                "Sample__Slots='0': must be between 1 and 64",
                "Sample__Ratio='2': must be between 0 and 1",
                "Pair__Low='9': must not be over High (5)",
                "Sample and Pair contradict each other",
            ],
            exception.Mistakes);
        Assert.Equal(string.Join(Environment.NewLine, exception.Mistakes), exception.Message);
    }

    private static (T Options, IReadOnlyList<string> Mistakes) Read<T>(params (string Key, string Value)[] settings) where T : class, new()
    {
        var reader = Reader(settings);
        var options = reader.Read<T>(typeof(T).Name);
        try
        {
            reader.ThrowIfMistaken();
            return (options, []);
        }
        catch (ConfigurationException exception)
        {
            return (options, exception.Mistakes);
        }
    }

    private static OptionsReader Reader(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
        .Build());

    private sealed class Sample
    {
        [Range(1, 64, ErrorMessage = "must be between 1 and 64")]
        public int Slots { get; set; } = 16;

        [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "must be between 00:00:00 and 01:00:00")]
        public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(30);

        public Precision Precision { get; set; }

        public Uri Address { get; set; } = new("http://localhost");

        [Range(0.0, 1.0, ErrorMessage = "must be between 0 and 1")]
        public double Ratio { get; set; }

        public bool Enabled { get; set; }

        public string Name { get; set; } = "";

        public int? Threads { get; set; }

        public Dictionary<string, double> Weights { get; set; } = [];

        public Dictionary<string, string> Labels { get; } = [];
    }

    private sealed class Pair : IValidatableObject
    {
        public int Low { get; set; } = 1;

        public int High { get; set; } = 5;

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Low > High)
            {
                yield return new ValidationResult($"must not be over High ({High})", [nameof(Low)]);
            }
        }
    }
}
