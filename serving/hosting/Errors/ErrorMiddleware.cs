using System.Globalization;
using ElasticSynapse.Serving.Hosting.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ElasticSynapse.Serving.Hosting.Errors;

/// <summary>Turns whatever a request ends with into an answer in its API's form: thrown errors, Kestrel's refusals, unknown paths.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ErrorFormats formats, HttpOptions limits, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && Unanswered(context) is { } error)
            {
                await ErrorAnswer.WriteAsync(context, formats.For(context), error);
            }
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; 499 is what nginx and TF Serving log for it.
            SetStatus(context, 499);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            RequestIds.Echo(context);
            await ErrorAnswer.WriteAsync(context, formats.For(context), Explain(exception));
        }
        catch (Exception exception)
        {
            // Too late for a status: cut the connection so that the caller can't take half an answer for a whole one.
            ResponseBroken(exception);
            context.Abort();
        }
    }

    private ApiException Explain(Exception exception)
    {
        switch (exception)
        {
            case ApiException error:
                if (error.Kind == ErrorKind.Internal || error.InnerException is not null)
                {
                    RequestFailed(exception);
                }
                return error;
            case BadHttpRequestException { StatusCode: 413 } bad:
                return new ApiException(ErrorKind.PayloadTooLarge, bad.Message);
            case BadHttpRequestException { StatusCode: 408 }:
                return new ApiException(ErrorKind.RequestTimeout, string.Create(CultureInfo.InvariantCulture,
                    $"the body arrives with fewer than {limits.MinRequestBodyBytesPerSecond:N0} bytes a second (Http__MinRequestBodyBytesPerSecond)"));
            case BadHttpRequestException bad:
                return new ApiException(ErrorKind.InvalidRequest, bad.Message);
            default:
                RequestFailed(exception);
                return new ApiException(ErrorKind.Internal, "The server had an error while processing your request.");
        }
    }

    private static ApiException? Unanswered(HttpContext context)
    {
        if (context.Response.ContentType is not null || context.Response.ContentLength is not null)
        {
            return null;
        }
        var request = $"{Excerpt.Of(context.Request.Method)} {Excerpt.Of(context.Request.Path.Value ?? "")}";
        return context.Response.StatusCode switch
        {
            404 => new ApiException(ErrorKind.NotFound, $"Invalid URL ({request})"),
            405 => new ApiException(ErrorKind.MethodNotAllowed, $"Not allowed to {request}; allowed: {context.Response.Headers.Allow}"),
            >= 400 and < 500 => new ApiException(ErrorKind.InvalidRequest, $"{request} was refused"),
            _ => null,
        };
    }

    private static void SetStatus(HttpContext context, int status)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
        }
    }

    [LoggerMessage(LogLevel.Error, "request failed")]
    private partial void RequestFailed(Exception exception);

    [LoggerMessage(LogLevel.Error, "response broke off")]
    private partial void ResponseBroken(Exception exception);
}
