using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>The gRPC methods by their paths, <c>/package.Service/Method</c>, as the application of a server of their own.</summary>
internal sealed class GrpcMethods(IHttpContextFactory contexts) : IHttpApplication<HttpContext>
{
    private readonly Dictionary<string, RequestDelegate> _methods = new(StringComparer.Ordinal);

    public void Add(string path, RequestDelegate method) => _methods.Add(path, method);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => contexts.Create(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        if (context.Request.Path.Value is { } path && _methods.TryGetValue(path, out var method))
        {
            return method(context);
        }
        context.Response.ContentType = UnaryCall.ContentType;
        context.Response.Headers["grpc-status"] = GrpcStatus.Of(ErrorKind.MethodNotAllowed).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = GrpcStatus.Encode($"no such method: {Excerpt.Of(context.Request.Path.Value ?? "")}");
        return Task.CompletedTask;
    }

    public void DisposeContext(HttpContext context, Exception? exception) => contexts.Dispose(context);
}
