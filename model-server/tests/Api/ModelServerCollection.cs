namespace ElasticSynapse.ModelServer.Tests.Api;

/// <summary>One server for all tests of the API: the OpenTelemetry SDK knows meters by name across the process, so two
/// servers in it would count for each other.</summary>
[CollectionDefinition(Name)]
public sealed class ModelServerCollection : ICollectionFixture<ModelServerFixture>
{
    public const string Name = "model-server";
}
