using System.Diagnostics;

namespace ElasticSynapse.EndToEnd.Tests.Monitoring;

/// <summary>Waits for a condition that other processes bring about.</summary>
internal static class Eventually
{
    // An upper bound for a busy machine, not an expectation.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <param name="condition">What is asked again and again.</param>
    /// <param name="otherwise">What to say if it never comes true.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, otherwise());
            await Task.Delay(Interval, TimeProvider.System);
        }
    }
}
