namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>What runs for a single sequence have been costing, on this machine.</summary>
internal sealed class RunTimes
{
    private const double Weight = 0.1; // of the last run among those before it

    private double _step;
    private double _verification;

    /// <summary>A verifying run's time, in one-token runs; 0 while one of the two is unknown.</summary>
    public double DraftCost => _step > 0 ? _verification / _step : 0;

    public void Stepped(TimeSpan time) => _step = Smooth(_step, time);

    public void Verified(TimeSpan time) => _verification = Smooth(_verification, time);

    private static double Smooth(double average, TimeSpan time) =>
        average == 0 ? time.TotalSeconds : average + (Weight * (time.TotalSeconds - average));
}
