namespace ElasticSynapse.Gateway.Requests;

/// <summary>Says in a header which limit refused a request, for programs that act on it.</summary>
internal static class RefusalReason
{
    public const string Header = "x-refused-by";

    // When the answer starts, because an error answer clears what was set before.
    public static void Set(HttpContext context, string reason) => context.Response.OnStarting(() =>
    {
        context.Response.Headers[Header] = reason;
        return Task.CompletedTask;
    });
}
