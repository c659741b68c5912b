using System.Diagnostics;

namespace ElasticSynapse.Benchmarks.Gateway;

/// <summary>Programs of Debian, as <c>benchmarks/peers/proxies</c> fetches them, or as the machine has them.</summary>
internal static class Tools
{
    private static readonly string Root = Path.Combine(Repository.Root, "artifacts", "tools", "usr");

    private static readonly string[] Folders = ["bin", "sbin"];

    public static ProcessStartInfo Debian(string program, params string[] arguments)
    {
        var fetched = Folders.Select(folder => Path.Combine(Root, folder, program)).FirstOrDefault(File.Exists);
        var start = new ProcessStartInfo(fetched ?? program, arguments);
        if (fetched is not null)
        {
            start.Environment["LD_LIBRARY_PATH"] = string.Join(':', Directory.GetDirectories(Path.Combine(Root, "lib"), "*-linux-gnu*"));
        }
        return start;
    }
}
