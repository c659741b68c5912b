namespace ElasticSynapse.Gateway.Forwarding;

/// <summary>What has been read of a stream, and then the rest of it.</summary>
internal sealed class Concatenation(Stream first, Stream rest) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await first.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : await rest.ReadAsync(buffer, cancellationToken);
}
