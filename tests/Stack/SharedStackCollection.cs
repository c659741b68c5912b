namespace ElasticSynapse.EndToEnd.Tests.Stack;

/// <summary>Tests that start or share a stack run one after the other: each takes both cores to itself.</summary>
[CollectionDefinition(Name)]
public sealed class SharedStackCollection : ICollectionFixture<SharedStack>, ICollectionFixture<DefaultStack>
{
    public const string Name = "stack";
}
