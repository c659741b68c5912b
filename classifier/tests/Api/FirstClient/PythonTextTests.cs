using ElasticSynapse.Classifier.Api.FirstClient;

namespace ElasticSynapse.Classifier.Tests.Api.FirstClient;

public sealed class PythonTextTests
{
    // repr(float(numpy.float32(x))) of CPython 3.
    [Theory]
    [InlineData(0f, "0.0")]
    [InlineData(1f, "1.0")]
    [InlineData(0.5f, "0.5")]
    [InlineData(0.1f, "0.10000000149011612")]
    [InlineData(0.9712f, "0.9711999893188477")]
    [InlineData(0.0001f, "9.999999747378752e-05")]
    [InlineData(1e-30f, "1.0000000031710769e-30")]
    public void Float_Value_IsPythonsRepr(float value, string text) => Assert.Equal(text, PythonText.Float(value));

    [Fact]
    public void Dictionary_Labels_KeepTheirOrderAndAreQuoted() =>
        Assert.Equal("""{'toxic': 0.5, 'it\'s \\': 1.0}""", PythonText.Dictionary([("toxic", 0.5f), ("it's \\", 1f)]));
}
