using Microsoft.AspNetCore.Builder;

namespace ElasticSynapse.Serving.Hosting.Model;

/// <summary>Says on every answer who served it: <c>x-model-name</c>, <c>x-model-version</c>.</summary>
public static class ModelHeaders
{
    public static void UseModelHeaders(this WebApplication app, ModelIdentity model) => app.Use((context, next) =>
    {
        // When the answer starts, because an error answer clears what was set before.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["x-model-name"] = model.Name;
            context.Response.Headers["x-model-version"] = model.Version;
            return Task.CompletedTask;
        });
        return next(context);
    });
}
