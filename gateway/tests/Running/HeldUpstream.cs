namespace ElasticSynapse.Gateway.Tests.Running;

/// <summary>A model service that holds every request until a test releases them all.</summary>
internal sealed class HeldUpstream : IAsyncDisposable
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Upstream _upstream = null!;
    private int _arrived;

    public Uri Address => _upstream.Address;

    public int Arrived => Volatile.Read(ref _arrived);

    public static async Task<HeldUpstream> StartAsync()
    {
        var held = new HeldUpstream();
        held._upstream = await Upstream.StartAsync(context =>
        {
            Interlocked.Increment(ref held._arrived);
            return held._release.Task;
        });
        return held;
    }

    public Task UntilArrivedAsync(int count) => Patience.UntilAsync(() => Task.FromResult(Arrived >= count), $"{count} requests arrive");

    public void Release() => _release.SetResult();

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();
}
