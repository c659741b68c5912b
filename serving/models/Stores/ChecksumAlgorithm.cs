namespace ElasticSynapse.Serving.Models;

/// <summary>The checksums that stores keep.</summary>
internal enum ChecksumAlgorithm
{
    /// <summary>Of large files on Hugging Face's hub.</summary>
    Sha256,

    /// <summary>Of small files there.</summary>
    GitBlobSha1,

    /// <summary>Of S3 objects that were uploaded in one part.</summary>
    Md5,

    /// <summary>Of Google Cloud Storage; highest byte first.</summary>
    Crc32C,
}
