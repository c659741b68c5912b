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

    /// <param name="accepted">Guessed tokens that were right.</param>
    public void Verified(int accepted) => _accepted += Weight * (accepted - _accepted);

    /// <param name="runs">One-token runs that a close call makes necessary once more.</param>
    public void Lost(int runs) => _accepted -= Weight * runs;
}
