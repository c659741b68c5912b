namespace ElasticSynapse.Gateway.Requests;

/// <summary>How much text a body asks a generator for, as far as it says so.</summary>
/// <param name="Length">Tokens of one text at most.</param>
/// <param name="Choices">Texts for each prompt, or beams; 0 where it does not say.</param>
/// <param name="Prompts">Prompts in a list, or texts in tensors; 0 where there are none.</param>
/// <param name="IsTgi">Whether it is Text Generation Inference's, at a path that others have too.</param>
internal readonly record struct AskedText(long? Length, long Choices, long Prompts, bool IsTgi)
{
    // GPT-2's: the gateway does not know each model's, and what was not used is given back.
    private const long Context = 1024;
    private const long Most = 1_000_000;

    private static readonly string[] LengthNames = ["max_tokens", "max_new_tokens", "max_completion_tokens", "length"];
    private static readonly string[] ChoiceNames = ["n", "best_of", "num_return_sequences", "num_beams"];

    /// <summary>The same with what one more member says, if it says something.</summary>
    public AskedText With(string name, double value) =>
        !double.IsFinite(value) ? this
        : LengthNames.Contains(name) ? this with { Length = Math.Max(Length ?? 0, Clamped(value)) }
        : ChoiceNames.Contains(name) ? this with { Choices = Math.Max(Choices, Math.Min(Clamped(value), 1024)) }
        : this;

    /// <summary>Whether a member's name may stand for one of these.</summary>
    public static bool IsName(string name) => LengthNames.Contains(name) || ChoiceNames.Contains(name);

    /// <summary>The most that may be generated.</summary>
    /// <param name="path">The replica's: each API has its own length for who asks for none.</param>
    /// <param name="promptTokens">Of the prompt, for APIs that fill up the context.</param>
    public long Tokens(string path, long promptTokens) =>
        (Length ?? Unless(path, promptTokens)) * Math.Max(1, Choices) * Math.Max(1, Prompts);

    private long Unless(string path, long promptTokens) => (KnownPaths.Find(path)?.Path ?? path) switch
    {
        "/v1/completions" or "/v1/chat/completions" => 16,
        "/generate" or "/generate_stream" => Math.Max(1, Context - promptTokens),
        "/" => IsTgi ? Math.Max(1, Context - promptTokens) : 100,
        "/text-generation/generate" => 50,
        "/predict" => 512,
        var other when other.StartsWith("/v2/models/", StringComparison.OrdinalIgnoreCase) => other.EndsWith("/ready", StringComparison.Ordinal) ? 0 : 20,
        _ => 0,
    };

    private static long Clamped(double value) => (long)Math.Clamp(value, 0, Most);
}
