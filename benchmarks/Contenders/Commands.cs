using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Contenders;

/// <summary>What runs where.</summary>
internal static class Commands
{
    /// <summary>A program inside the peers' root.</summary>
    public static ProcessStartInfo Peer(string peers, params string[] command) =>
        new(Path.Combine(Repository.Root, "benchmarks", "peers", "inside"), [peers, .. command]);

    /// <summary>This program itself, as another process.</summary>
    public static ProcessStartInfo Self(params string[] arguments) => new("dotnet", [typeof(Commands).Assembly.Location, .. arguments]);

    /// <summary>The same with a model, compiled as the model services are.</summary>
    public static ProcessStartInfo Engine(params string[] arguments)
    {
        var start = Self(arguments);
        start.Environment["DOTNET_TieredPGO"] = "0"; // TieredPGO in their project files
        return start;
    }

    /// <summary>One of our model services.</summary>
    public static ProcessStartInfo Service(string folder, string assembly, int port, string checkpoint, params (string Name, string Value)[] settings) =>
        Service(folder, assembly, port, [("Model__Uri", checkpoint), .. settings]);

    /// <summary>Our gateway.</summary>
    public static ProcessStartInfo Gateway(int port, params (string Name, string Value)[] settings) =>
        Service("gateway", "Gateway", port, settings);

    private static ProcessStartInfo Service(string folder, string assembly, int port, IEnumerable<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Repository.Root, folder, "src", "bin", "Release", "net10.0", $"ElasticSynapse.{assembly}.dll")]);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }
        return start;
    }
}
