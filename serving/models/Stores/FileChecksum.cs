using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ElasticSynapse.Serving.Models;

/// <summary>What a store says a file's bytes add up to.</summary>
/// <param name="Algorithm">How.</param>
/// <param name="Value">Lower-case hexadecimal.</param>
internal sealed record FileChecksum(ChecksumAlgorithm Algorithm, string Value)
{
    private const int BufferBytes = 1 << 20;

    /// <returns>Null if it is not base 64.</returns>
    public static FileChecksum? FromBase64(ChecksumAlgorithm algorithm, string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? new(algorithm, Convert.ToHexStringLower(bytes.AsSpan(0, length))) : null;
    }

    /// <summary>The file's own value of the same algorithm.</summary>
    public async Task<string> OfAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(Algorithm switch
        {
            ChecksumAlgorithm.Sha256 => await SHA256.HashDataAsync(file, cancellation),
            ChecksumAlgorithm.GitBlobSha1 => await GitBlobAsync(file, cancellation),
            ChecksumAlgorithm.Md5 => await Md5Async(file, cancellation),
            _ => await Crc32CAsync(file, cancellation),
        });
    }

    // Git names a file by the SHA-1 of "blob", its length and its content.
#pragma warning disable CA5350, CA5351 // the stores' choice; against damage, not against forgery
    private static async Task<byte[]> GitBlobAsync(FileStream file, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Length}\0")));
        await ReadAsync(file, hash.AppendData, cancellation);
        return hash.GetHashAndReset();
    }

    private static async Task<byte[]> Md5Async(FileStream file, CancellationToken cancellation) => await MD5.HashDataAsync(file, cancellation);
#pragma warning restore CA5350, CA5351

    private static async Task<byte[]> Crc32CAsync(FileStream file, CancellationToken cancellation)
    {
        uint crc = 0;
        await ReadAsync(file, bytes => crc = Crc32C.Append(crc, bytes), cancellation);
        var value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, crc);
        return value;
    }

    private delegate void Append(ReadOnlySpan<byte> bytes);

    private static async Task ReadAsync(FileStream file, Append append, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await file.ReadAsync(buffer, cancellation) is > 0 and var read)
            append(buffer.AsSpan(0, read));
    }
}
