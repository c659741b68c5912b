namespace ElasticSynapse.Gateway.Replicas;

/// <summary>How a version's latest requests went.</summary>
/// <param name="Requests">How many there were.</param>
/// <param name="Failures">Of these, how many failed.</param>
/// <param name="FirstTokens">Of how many the time to the first token is known.</param>
/// <param name="FirstTokenLogSum">Sum of the natural logarithms of those times in seconds.</param>
internal readonly record struct Outcomes(long Requests, long Failures, long FirstTokens, double FirstTokenLogSum)
{
    public double ErrorRate => Requests == 0 ? 0 : (double)Failures / Requests;

    /// <summary>The geometric mean, which a few very long ones do not decide.</summary>
    public double FirstTokenSeconds => FirstTokens == 0 ? 0 : Math.Exp(FirstTokenLogSum / FirstTokens);

    public static Outcomes operator +(Outcomes one, Outcomes other) => new(
        one.Requests + other.Requests, one.Failures + other.Failures,
        one.FirstTokens + other.FirstTokens, one.FirstTokenLogSum + other.FirstTokenLogSum);
}
