namespace ElasticSynapse.Tests.Precision;

/// <summary>How far the logits of one precision are from those of the exact one, gathered row by row.</summary>
/// <param name="divergence">Of the second row's distribution from the first's, in nats.</param>
/// <param name="sameAnswer">Whether both rows lead to the same answer.</param>
internal sealed class LogitComparison(Func<float[], float[], double> divergence, Func<float[], float[], bool> sameAnswer)
{
    private int _rows;
    private int _same;
    private double _divergence;
    private double _squares;
    private long _values;

    public double LargestError { get; private set; }

    public double RootMeanSquareError => Math.Sqrt(_squares / _values);

    public double MeanDivergence => _divergence / _rows;

    /// <summary>In percent.</summary>
    public double Agreement => 100.0 * _same / _rows;

    public int Rows => _rows;

    public void Add(float[] exact, float[] other)
    {
        for (var i = 0; i < exact.Length; i++)
        {
            var error = Math.Abs((double)exact[i] - other[i]);
            LargestError = Math.Max(LargestError, error);
            _squares += error * error;
        }
        _values += exact.Length;
        _divergence += divergence(exact, other);
        _same += sameAnswer(exact, other) ? 1 : 0;
        _rows++;
    }

    /// <summary>Kullback-Leibler divergence of the softmax distributions.</summary>
    public static double OfSoftmax(float[] exact, float[] other)
    {
        double exactSum = LogSum(exact), otherSum = LogSum(other), divergence = 0;
        for (var i = 0; i < exact.Length; i++)
        {
            var logProbability = exact[i] - exactSum;
            divergence += Math.Exp(logProbability) * (logProbability - (other[i] - otherSum));
        }
        return divergence;
    }

    /// <summary>Kullback-Leibler divergence of independent labels, summed.</summary>
    public static double OfSigmoids(float[] exact, float[] other) => exact.Zip(other, (x, y) =>
    {
        double p = Sigmoid(x), q = Sigmoid(y);
        return (p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q)));
    }).Sum();

    public static bool SameLargest(float[] exact, float[] other) => Array.IndexOf(exact, exact.Max()) == Array.IndexOf(other, other.Max());

    /// <summary>Whether every label is on the same side of probability 0.5.</summary>
    public static bool SameLabels(float[] exact, float[] other) => exact.Zip(other, (x, y) => x > 0 == y > 0).All(same => same);

    private static double LogSum(float[] logits)
    {
        double largest = logits.Max();
        return largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
    }

    private static double Sigmoid(float logit) => 1 / (1 + Math.Exp(-(double)logit));
}
