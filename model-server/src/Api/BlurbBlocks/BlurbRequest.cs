namespace ElasticSynapse.ModelServer.Api.BlurbBlocks;

/// <summary>A request of Blurb Blocks' API.</summary>
/// <param name="Seed">The prompt; no seed of random numbers.</param>
/// <param name="Length">Most new tokens.</param>
/// <param name="StopString">Null for none.</param>
/// <param name="StopCharacters">Each of them counts; null for none.</param>
/// <param name="StopCount">How many matches end the text.</param>
internal sealed record BlurbRequest(string Seed, int Length, string? StopString, string? StopCharacters, int StopCount)
{
    /// <summary>What the original says when fields are missing.</summary>
    public const string Usage =
        "PARAMS: <BR>seed str eg. hows%20it%20going AND<br>length int eg. 32 OR<br>stop_chars str eg. ?!. OR<br>stop_string str eg. <EOS><br>(optional) stop_count eg. 2";

    private const int DefaultLength = 512;

    /// <returns>Null if the seed is missing, or all that could end the text.</returns>
    /// <exception cref="Serving.Hosting.Errors.ApiException">A number that is none, or out of range.</exception>
    public static BlurbRequest? Read(LooseFields fields)
    {
        var length = fields.Integer("length", 0, 1_000_000);
        var stopString = NullIfEmpty(fields.Text("stop_string"));
        var stopCharacters = NullIfEmpty(fields.Text("stop_chars"));
        var stopCount = fields.Integer("stop_count", 1, int.MaxValue) ?? 1;
        return fields.Text("seed") is { } seed && (length is not null || stopString is not null || stopCharacters is not null)
            ? new BlurbRequest(seed, length ?? DefaultLength, stopString, stopCharacters, stopCount)
            : null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
