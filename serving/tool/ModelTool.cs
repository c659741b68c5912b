using System.Globalization;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>The command line: what is in a checkpoint, whether it is whole, and the ways to bring it where it is served.</summary>
/// <param name="hasTerminal">Whether somebody watches <paramref name="error"/>: then progress is a bar, else lines.</param>
internal sealed class ModelTool(TextWriter output, TextWriter error, bool hasTerminal)
{
    private const string Usage = """
        usage: model inspect URI              family, sizes, memory, tensors
               model verify URI               checksums, names, shapes and values of every tensor
               model fetch URI [--refresh]    into the cache; --refresh asks for a newer version of what is there
               model convert URI --out DIR [--precision fp32|fp16|int8|int4]
                                              a Hugging Face folder with model.safetensors and the compiled graph; int8 and
                                              int4 add the rounded weights, fp16 rounds those of model.safetensors
               Each takes --cache DIR (default: Model__CacheDirectory, else the user's cache folder), which holds
               Model__CacheMaxBytes at most (default: 20 GiB).
        """;

    private const int Done = 0, Failed = 1, Misused = 2, Interrupted = 130;
    private const string CacheDirectoryVariable = "Model__CacheDirectory", CacheMaxBytesVariable = "Model__CacheMaxBytes";
    private const long DefaultCacheMaxBytes = 20L << 30; // as a service's

    /// <returns>0; 1 if the checkpoint is at fault, 2 if the command is.</returns>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        if (arguments is [] or ["-h" or "--help"])
        {
            output.WriteLine(Usage);
            return arguments.Length == 0 ? Misused : Done;
        }
        try
        {
            var command = CommandLine.Parse(arguments);
            var folder = await LocalFolderAsync(command, cancellation);
            switch (command.Verb)
            {
                case "inspect":
                    Inspection.Write(folder, output);
                    break;
                case "verify":
                    output.WriteLine(Verification.Run(folder));
                    break;
                case "fetch":
                    output.WriteLine(folder);
                    break;
                default:
                    output.WriteLine(Conversion.Run(folder, command.Out!, command.Precision));
                    break;
            }
            return Done;
        }
        catch (ArgumentException e)
        {
            error.WriteLine($"model: {e.Message}");
            error.WriteLine(Usage);
            return Misused;
        }
        catch (CheckpointException e)
        {
            error.WriteLine($"model: {e.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("model: interrupted; the next try goes on from here");
            return Interrupted;
        }
    }

    private async Task<string> LocalFolderAsync(CommandLine command, CancellationToken cancellation)
    {
        if (!CheckpointStores.IsRemote(command.Uri))
            return CheckpointFolder.Existing(command.Uri);
        using var progress = new FetchProgress(error, hasTerminal);
        var cache = CacheSettings.Of(command.Cache ?? Environment.GetEnvironmentVariable(CacheDirectoryVariable), CacheMaxBytes());
        var fetch = new CheckpointFetch(cache, StoreSettings.FromEnvironment(), TimeProvider.System, progress);
        return CheckpointFolder.Within(await fetch.RunAsync(command.Uri, command.IsRefresh, cancellation));
    }

    private static long CacheMaxBytes()
    {
        if (Environment.GetEnvironmentVariable(CacheMaxBytesVariable) is not { Length: > 0 } value)
            return DefaultCacheMaxBytes;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : throw Refusal.Of(CacheMaxBytesVariable, value, "a number of bytes of at least 0");
    }
}
