using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ElasticSynapse.Serving.Hosting.Requests;

/// <summary>Gives each request an id, the caller's own where it is sound, and returns it as <c>x-request-id</c>.</summary>
public sealed class RequestIds(RequestDelegate next)
{
    /// <summary>Header of requests and answers, and of the calls that the gateway forwards.</summary>
    public const string Header = "x-request-id";

    private const int MaxLength = 128;

    private static readonly ulong Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static long _count;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[Header];
        // A log line or a header must not carry what a caller made up beyond these characters.
        var id = given is [{ Length: > 0 and <= MaxLength } one] && !one.AsSpan().ContainsAnyExcept(Allowed)
            ? one
            : New();
        context.TraceIdentifier = id;
        context.Request.Headers[Header] = id;
        Echo(context);
        if (Activity.Current is { Recorded: true } span)
        {
            span.SetTag("http.request.header.x-request-id", new[] { id });
        }
        return next(context);
    }

    // Unlike any other process's, then unlike any before. Nobody is kept out by not knowing an id, so that it need not be random as a
    // whole, which would ask the system for each.
    private static string New() => string.Create(CultureInfo.InvariantCulture, $"req_{Process:x16}{Interlocked.Increment(ref _count):x16}");

    /// <summary>Sets the answer's id; an error answer clears all headers and calls this again.</summary>
    internal static void Echo(HttpContext context) => context.Response.Headers[Header] = context.TraceIdentifier;
}
