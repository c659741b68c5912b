namespace ElasticSynapse.Serving.Models;

/// <summary>How <see cref="RowProducts"/> rounds weights.</summary>
internal enum WeightCodes
{
    /// <summary>8 bits around 0.</summary>
    SignedBytes,

    /// <summary>8 bits around 128, for processors that <see cref="Models.UnsignedCodes"/> tells of.</summary>
    UnsignedBytes,

    /// <summary>7 bits around 0, which are exact and fast on any processor.</summary>
    SevenBits,
}
