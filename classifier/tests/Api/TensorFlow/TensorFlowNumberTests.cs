using ElasticSynapse.Classifier.Api.TensorFlow;

namespace ElasticSynapse.Classifier.Tests.Api.TensorFlow;

public sealed class TensorFlowNumberTests
{
    // C's %.6g where it reads back as the same float, else its %.9g.
    [Theory]
    [InlineData(0f, "0.0")]
    [InlineData(1f, "1.0")]
    [InlineData(0.5f, "0.5")]
    [InlineData(0.1f, "0.1")]
    [InlineData(-3f, "-3.0")]
    [InlineData(0.949138f, "0.949138")]
    [InlineData(0.94913757f, "0.949137568")]
    [InlineData(0.33333334f, "0.333333343")]
    [InlineData(1e-5f, "1e-05")]
    [InlineData(0.0001f, "0.0001")]
    [InlineData(1.2345679e-7f, "1.23456786e-07")]
    [InlineData(1e6f, "1e+06")]
    [InlineData(123456f, "123456.0")]
    [InlineData(1234567f, "1234567.0")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Text_Float_IsAsTensorFlowServingPrintsIt(float value, string text) => Assert.Equal(text, TensorFlowNumber.Text(value));
}
