using System.Globalization;

namespace ElasticSynapse.Benchmarks;

/// <summary>What the command line asks for. <c>scripts/bench --help</c> tells the meaning.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Times that every contender is measured, in turns.</summary>
    public int Rounds { get; private init; } = 5;

    /// <summary>Length of one measurement under load.</summary>
    public int Seconds { get; private init; } = 6;

    /// <summary>Contenders to measure.</summary>
    public required IReadOnlyList<string> Only { get; init; }

    /// <summary>Root of the peers, made by <c>benchmarks/peers/setup</c>.</summary>
    public string Peers { get; private init; } = Path.Combine(Repository.Root, "artifacts", "peers");

    /// <summary>Checkpoint folder to measure ours on, without peers.</summary>
    public string? Checkpoint { get; init; }

    /// <exception cref="ArgumentException">An option is unknown or its value can't be accepted.</exception>
    public static BenchmarkOptions Read(IReadOnlyList<string> arguments, IReadOnlyList<string> contenders)
    {
        var options = new BenchmarkOptions { Only = contenders };
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"'{name}' needs a value");
            options = name switch
            {
                "--rounds" => options with { Rounds = Number(name, value) },
                "--seconds" => options with { Seconds = Number(name, value) },
                "--only" => options with { Only = Names(value, contenders) },
                "--peers" => options with { Peers = Path.GetFullPath(value) },
                "--checkpoint" => options with { Checkpoint = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"unknown option '{name}'; known: --rounds, --seconds, --only, --peers, --checkpoint"),
            };
        }
        return options;
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000
            ? number
            : throw new ArgumentException($"{name} '{value}' must be a number from 1 to 1,000");

    private static string[] Names(string value, IReadOnlyList<string> known)
    {
        var names = value.Split(',', StringSplitOptions.TrimEntries);
        return names.Except(known).FirstOrDefault() is { } unknown
            ? throw new ArgumentException($"--only names '{unknown}'; known: {string.Join(", ", known)}")
            : names;
    }
}
