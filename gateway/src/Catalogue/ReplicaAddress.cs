namespace ElasticSynapse.Gateway.Catalogue;

/// <summary>Where one replica listens.</summary>
/// <param name="Name">For people: the pod's name, or host and port.</param>
/// <param name="Terminating">It still serves but is going away: for when nobody else is left.</param>
internal sealed record ReplicaAddress(string Name, Uri Address, bool Terminating = false)
{
    public static ReplicaAddress Of(Uri address) => new(address.Authority, address);
}
