using ElasticSynapse.Tests;

namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>One stack for all tests that only ask it something. It serves the fixtures, whose answers Hugging Face computed.</summary>
public sealed class SharedStack : IAsyncLifetime
{
    internal RunningStack Stack { get; private set; } = null!;

    internal HttpClient Http => Stack.Http;

    public async Task InitializeAsync()
    {
        Stack = RunningStack.Start(
            "--generator", RepositoryFiles.Data("huggingface", "gpt2"), "--classifier", RepositoryFiles.Data("huggingface", "bert"));
        await Stack.ReadyAsync();
    }

    public Task DisposeAsync()
    {
        Stack.Dispose();
        return Task.CompletedTask;
    }
}
