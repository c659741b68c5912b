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

    // Null for the defaults' form, which is OpenAI's.
    private ErrorFormat? Format(HttpContext context) =>
        context.Request.Path is { HasValue: true, Value: var path } && RequestPath.Read(path, fleet.Current.Has) is { } target
            ? target.Shape switch
            {
                ErrorShape.Text => MessageErrors.Format,
                ErrorShape.HuggingFace => HuggingFaceErrors.Format,
                ErrorShape.RestX => RestxErrors.Format,
                _ => null,
            }
            : null;
}
