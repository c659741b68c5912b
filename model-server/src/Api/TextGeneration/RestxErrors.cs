using ElasticSynapse.Serving.Hosting.Errors;
using ElasticSynapse.Serving.Hosting.Requests;

namespace ElasticSynapse.ModelServer.Api.TextGeneration;

/// <summary>Errors as Flask-RESTX tells them: an object with <c>message</c>, and with <c>errors</c> by field.</summary>
internal sealed class RestxErrors : ErrorFormat
{
    public static readonly RestxErrors Format = new();

    public override byte[] Body(ApiException error) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        if (error.Parameter is { } parameter)
        {
            writer.WriteStartObject("errors");
            writer.WriteString(parameter, error.Message);
            writer.WriteEndObject();
        }
        writer.WriteString("message", Message(error));
        writer.WriteEndObject();
    });

    private static string Message(ApiException error) => (error.Kind, error.Parameter) switch
    {
        (ErrorKind.InvalidRequest, null) => $"The browser (or proxy) sent a request that this server could not understand. {error.Message}",
        (ErrorKind.InvalidRequest or ErrorKind.ContextLengthExceeded, not null) => "Input payload validation failed",
        (ErrorKind.NotFound, _) => "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
        (ErrorKind.MethodNotAllowed, _) => "The method is not allowed for the requested URL.",
        (ErrorKind.Internal, _) => "Internal Server Error",
        _ => error.Message,
    };
}
