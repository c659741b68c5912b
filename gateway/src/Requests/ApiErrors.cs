using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Says in which form the gateway's own errors are told: that of the API that was called.</summary>
internal sealed class ApiErrors(RequestDelegate next, LiveFleet fleet)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (ApiException) when (Format(context) is { } format)
        {
            context.UseErrorFormat(format);
            throw;
        }
    }

    // Null for what is no path here: then the defaults' form.
    private ErrorFormat? Format(HttpContext context) =>
        context.Request.Path is { HasValue: true, Value: var path } && RequestPath.Read(path, fleet.Current.Has) is { } target
            ? target.Errors
            : null;
}
