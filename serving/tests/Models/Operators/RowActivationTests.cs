using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class RowActivationTests
{
    public static TheoryData<Activation> Activations { get; } = [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Apply_FromFarBelowToFarAbove_AsInDoubles(Activation activation)
    {
        float[] x = [.. Enumerable.Range(-6000, 12001).Select(i => i / 500f), -1e30f, -3e4f, -89, -88, 88, 89, 3e4f, 1e30f, 1e-30f, -1e-30f, 0];
        float[] result = [.. x];
        RowActivation.Apply(activation, result);
        Assert.All(x.Zip(result), pair => Assert.Equal(Exact(activation, pair.First), pair.Second, 1e-6 + (3e-7 * Math.Abs(pair.First))));
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Apply_NotANumber_StaysOneAlone(Activation activation)
    {
        float[] row = [.. Enumerable.Repeat(1f, 21)];
        row[3] = row[20] = float.NaN;
        RowActivation.Apply(activation, row);
        Assert.Equal(Enumerable.Range(0, 21).Select(i => i is 3 or 20), row.Select(float.IsNaN));
    }

    // Whether a value stands in a full register or in the rest of a row.
    [Theory]
    [MemberData(nameof(Activations))]
    public void Apply_AnyPlaceInTheRow_SameBits(Activation activation)
    {
        const float x = -0.7231f;
        foreach (var width in new[] { 1, 3, 8, 13, 16, 31 })
        {
            float[] row = [.. Enumerable.Repeat(x, width)], alone = [.. Enumerable.Repeat(x, 8)];
            RowActivation.Apply(activation, row);
            RowActivation.Apply(activation, alone);
            if (activation is not Activation.Tanh || width >= 8) // .NET's own takes short rows another way
                Assert.All(row, value => Assert.Equal(alone[0], value));
        }
    }

    private static double Exact(Activation activation, double x) => activation switch
    {
        Activation.GeluErf => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        Activation.GeluSigmoid => x / (1 + Math.Exp(-1.702 * x)),
        Activation.Relu => Math.Max(x, 0),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        _ => Math.Tanh(x),
    };

    // The series 2 / sqrt(pi) e^(-x^2) sum of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1)), whose terms are all of one sign.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; n < 200; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
