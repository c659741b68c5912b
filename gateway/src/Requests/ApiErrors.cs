using ElasticSynapse.Gateway.Replicas;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Gateway.Requests;

/// <summary>Says in which form the gateway's own errors are told: that of the API that was called.</summary>
internal static class ApiErrors
{
    public static void UseApiErrors(this WebApplication app)
    {
        var fleet = app.Services.GetRequiredService<LiveFleet>();
        // Null for what is no path here: then the defaults' form.
        app.UseErrorFormatRule(path => path.HasValue ? RequestPath.Read(path.Value, fleet.Current.Has)?.Errors : null);
    }
}
