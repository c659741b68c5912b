using System.Globalization;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Which parts of a file are whole, kept beside it so that a fetch that was killed goes on where it was. It exists from before
/// the file's first byte until its checksum has been verified: a file without a journal is whole.
/// </summary>
internal sealed class PartJournal : IDisposable
{
    private readonly string _path;
    private readonly StreamWriter _writer;
    private readonly HashSet<long> _whole;

    private PartJournal(string path, HashSet<long> whole)
    {
        _path = path;
        _whole = whole;
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    }

    public static string PathOf(string file) => file + ".parts";

    /// <summary>Bytes of a file that need not be fetched.</summary>
    public static long KeptBytes(string file, int partBytes)
    {
        if (!File.Exists(file))
            return 0;
        return IsWhole(file) ? new FileInfo(file).Length : (long)(File.ReadLines(PathOf(file)).Count() - 1) * partBytes;
    }

    public static bool IsWhole(string file) => File.Exists(file) && !File.Exists(PathOf(file));

    /// <param name="file">The file that the parts make up.</param>
    /// <param name="partBytes">A journal of parts of another size is of no use.</param>
    public static PartJournal Open(string file, int partBytes)
    {
        var path = PathOf(file);
        var header = string.Create(CultureInfo.InvariantCulture, $"parts of {partBytes}");
        string[] lines = File.Exists(path) && File.Exists(file) ? File.ReadAllLines(path) : [];
        var isUsable = lines is [var first, ..] && first == header;
        if (!isUsable)
            File.WriteAllText(path, header + "\n");
        // A line that a kill cut short is a part not done.
        var whole = lines.Skip(isUsable ? 1 : lines.Length)
            .Where(l => l.EndsWith('.') && long.TryParse(l[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(l => long.Parse(l[..^1], CultureInfo.InvariantCulture));
        return new PartJournal(path, [.. whole]);
    }

    public bool Has(long start) => _whole.Contains(start);

    /// <summary>Notes that the part is on disk. Parts may end at the same time.</summary>
    public void Add(long start)
    {
        lock (_writer)
        {
            _whole.Add(start);
            _writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{start}."));
        }
    }

    /// <summary>The file is whole.</summary>
    public void Delete()
    {
        _writer.Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _writer.Dispose();
}
