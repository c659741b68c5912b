using System.ComponentModel.DataAnnotations;

namespace ElasticSynapse.ModelServer.Api.BlurbBlocks;

/// <summary>POST /predict, the API of Blurb Blocks. Bound from "Predict".</summary>
internal sealed class BlurbOptions
{
    /// <summary>Of every text; also read from TEMPERATURE. 0 is greedy. Default 1.</summary>
    [Range(0f, 100f, ErrorMessage = "must be between 0 and 100")]
    public float Temperature { get; set; } = 1;

    /// <summary>Whether a request that lacks its fields is answered with the list of them under status 200, as the original
    /// did, instead of 400. Default false.</summary>
    public bool UsageIsOk { get; set; }
}
