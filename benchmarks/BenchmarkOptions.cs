using System.Diagnostics;
using System.Globalization;

namespace ElasticSynapse.Benchmarks;

/// <summary>What the command line asks for. <c>scripts/bench --help</c> tells the meaning.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Times that every contender is measured, in turns.</summary>
    public int Rounds { get; private init; }

    /// <summary>Length of one measurement under load.</summary>
    public int Seconds { get; private init; }

    /// <summary>What is measured, in this order.</summary>
    public required IReadOnlyList<string> Contenders { get; init; }

    /// <summary>Root of the peers, made by <c>benchmarks/peers/setup</c>.</summary>
    public string Peers { get; private init; } = Path.Combine(Repository.Root, "artifacts", "peers");

    /// <summary>Checkpoint folder to measure ours on, without peers.</summary>
    public string? Checkpoint { get; private init; }

    /// <param name="arguments">Pairs of option and value.</param>
    /// <param name="ours">Contenders that run on any checkpoint.</param>
    /// <param name="peers">Those that need the peers' root.</param>
    /// <param name="rounds">Unless said otherwise.</param>
    /// <param name="seconds">Unless said otherwise.</param>
    /// <exception cref="ArgumentException">An option is unknown or its value can't be accepted.</exception>
    public static BenchmarkOptions Read(
        IReadOnlyList<string> arguments, IReadOnlyList<string> ours, IReadOnlyList<string> peers, int rounds = 5, int seconds = 6)
    {
        var options = new BenchmarkOptions { Contenders = [], Rounds = rounds, Seconds = seconds };
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"'{name}' needs a value");
            options = name switch
            {
                "--rounds" => options with { Rounds = Number(name, value) },
                "--seconds" => options with { Seconds = Number(name, value) },
                "--only" => options with { Contenders = value.Split(',', StringSplitOptions.TrimEntries) },
                "--peers" => options with { Peers = Path.GetFullPath(value) },
                "--checkpoint" => options with { Checkpoint = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"unknown option '{name}'; known: --rounds, --seconds, --only, --peers, --checkpoint"),
            };
        }
        string[] known = options.Checkpoint is null ? [.. ours, .. peers] : [.. ours];
        if (options.Contenders.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException(
                $"--only names '{unknown}'; known{(options.Checkpoint is null ? "" : " with --checkpoint")}: {string.Join(", ", known)}");
        }
        return options.Contenders.Count > 0 ? options : options with { Contenders = known };
    }

    /// <summary>The checkpoint to run: the one that was asked for, or the peers' own, which are set up where they are missing.</summary>
    /// <param name="peersOwn">Folder among the peers'.</param>
    /// <exception cref="BenchmarkException">The peers can't be set up.</exception>
    public async Task<string> CheckpointAsync(string peersOwn)
    {
        if (Checkpoint is not null)
        {
            return Checkpoint;
        }
        using var setup = Process.Start(Path.Combine(Repository.Root, "benchmarks", "peers", "setup"), [Peers]);
        await setup.WaitForExitAsync();
        return setup.ExitCode == 0
            ? Path.Combine(Peers, "w", peersOwn)
            : throw new BenchmarkException("the peers could not be set up; --checkpoint measures ours alone");
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000
            ? number
            : throw new ArgumentException($"{name} '{value}' must be a number from 1 to 1,000");
}
