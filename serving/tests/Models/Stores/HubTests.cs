namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>A hub with one model, of a small file and one in ten parts, and a cache to fetch it into.</summary>
public abstract class HubTests : IAsyncLifetime, IDisposable
{
    private protected const string Address = "hf://team/model";
    private protected static readonly string Weights = HubServer.FilePath("model.safetensors");
    private protected static readonly byte[] WeightBytes = StoreTestFolder.Bytes(9_500);

    private protected readonly StoreTestFolder _folder = new();
    private protected StoreServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await StoreServer.StartAsync();
        _server.Model("main", HubServer.Commit, ("config.json", "{}"u8.ToArray()), ("model.safetensors", WeightBytes));
        _folder.Settings = _folder.Settings with { HubEndpoint = _server.Address };
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
