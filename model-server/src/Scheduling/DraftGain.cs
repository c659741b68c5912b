namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Whether guessing a sequence's next tokens has been paying off for it.</summary>
internal sealed class DraftGain
{
    // Weight of the last draft among those before it.
    private const double Weight = 0.25;

    // While drafts don't pay, one in so many is tried, in case the text has begun to repeat itself.
    private const int Probe = 32;

    private double _accepted = 2; // of the last drafts, on average; hopeful at the start
    private int _skipped;

    /// <param name="cost">What a verifying run costs, in one-token runs.</param>
    public bool IsWorthIt(double cost)
    {
        if (1 + _accepted > cost || ++_skipped >= Probe)
        {
            _skipped = 0;
            return true;
        }
        return false;
    }

    public void Verified(int drafted, int accepted) => _accepted += Weight * (Math.Min(accepted, drafted) - _accepted);
}
