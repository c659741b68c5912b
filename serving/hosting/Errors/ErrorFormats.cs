using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Which paths answer errors in which form: by path and not by endpoint, because unknown paths and methods below
/// <c>/v2</c> and bodies that are too large must have it too. Filled while routes are mapped.</summary>
public sealed class ErrorFormats
{
    private readonly List<(PathString Path, ErrorFormat Format)> _formats = [];

    /// <summary>A rule that is asked before the paths, and answers null where it knows no better.</summary>
    public Func<PathString, ErrorFormat?>? Rule { get; set; }

    /// <summary>Takes a form for a path and everything below it; for <c>/</c>, for that path alone.</summary>
    public void Add(string path, ErrorFormat format) => _formats.Add((path, format));

    /// <summary>The form of the longest path that the request's begins with, unless its handler has chosen one.</summary>
    public ErrorFormat For(HttpContext context) =>
        context.Features.Get<ErrorFormat>()
        ?? Rule?.Invoke(context.Request.Path)
        ?? _formats.Where(entry => Matches(context.Request.Path, entry.Path))
            .OrderByDescending(entry => entry.Path.Value!.Length)
            .Select(entry => entry.Format)
            .FirstOrDefault()
        ?? OpenAiErrors.Format;

    private static bool Matches(PathString path, PathString prefix) => prefix == "/" ? path == "/" : path.StartsWithSegments(prefix);
}
