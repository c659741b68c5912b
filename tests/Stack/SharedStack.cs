namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>One stack for all tests that only ask it something.</summary>
public sealed class SharedStack : IAsyncLifetime
{
    internal RunningStack Stack { get; private set; } = null!;

    internal HttpClient Http => Stack.Http;

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
