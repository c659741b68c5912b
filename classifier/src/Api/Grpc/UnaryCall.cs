using System.Globalization;
using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;
using Google.Protobuf;

namespace ElasticSynapse.Classifier.Api.Grpc;

/// <summary>A unary gRPC method: one message comes, one goes, and how it ended stands in the trailers.</summary>
/// <remarks>grpc/grpc, <c>doc/PROTOCOL-HTTP2.md</c>. Written here because Grpc.AspNetCore can't be had from the reachable
/// package source.</remarks>
internal sealed partial class UnaryCall(HttpOptions limits, ILogger<UnaryCall> logger)
{
    public const string ContentType = "application/grpc";

    public RequestDelegate Of<TRequest, TAnswer>(MessageParser<TRequest> parser, Func<TRequest, HttpContext, Task<TAnswer>> handle)
        where TRequest : IMessage<TRequest>
        where TAnswer : IMessage<TAnswer> => async context =>
    {
        if (context.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }
        context.Response.ContentType = ContentType;
        try
        {
            if (GrpcTimeout.Milliseconds(context.Request.Headers["grpc-timeout"]) is { } milliseconds)
            {
                context.Request.Headers[Deadline.Header] = milliseconds.ToString(CultureInfo.InvariantCulture);
            }
            var request = await GrpcMessage.ReadAsync(context.Request, parser, limits.MaxRequestBodyBytes, context.RequestAborted);
            var answer = GrpcMessage.Write(await handle(request, context));
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", GrpcStatus.Ok.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is ApiException or BadHttpRequestException)
        {
            if (exception is ApiException { Kind: ErrorKind.MethodNotAllowed })
            {
                context.Response.Headers["grpc-accept-encoding"] = GrpcMessage.Encodings;
            }
            End(context, exception is ApiException error ? GrpcStatus.Of(error.Kind) : GrpcStatus.Of(ErrorKind.PayloadTooLarge), exception.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            CallFailed(exception);
            End(context, GrpcStatus.Internal, "The server had an error while processing your request.");
        }
    };

    // Without a message the trailers are the headers.
    private static void End(HttpContext context, int status, string message)
    {
        context.Response.Headers["grpc-status"] = status.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = GrpcStatus.Encode(message);
    }

    [LoggerMessage(LogLevel.Error, "gRPC call failed")]
    private partial void CallFailed(Exception exception);
}
