namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>What scripts/up starts by itself: the demo checkpoints.</summary>
public sealed class DefaultStack : IAsyncLifetime
{
    internal RunningStack Stack { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Stack = RunningStack.Start();
        await Stack.ReadyAsync();
    }

    public Task DisposeAsync()
    {
        Stack.Dispose();
        return Task.CompletedTask;
    }
}
