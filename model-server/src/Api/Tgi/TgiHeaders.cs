using System.Globalization;
using ElasticSynapse.ModelServer.Generation;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Api.Tgi;

/// <summary>The headers by which Text Generation Inference tells what a request took.</summary>
internal static class TgiHeaders
{
    /// <summary>Of a stream, which knows no times when it begins.</summary>
    public static void Write(HttpResponse response, TgiRequest request, ComputeDevice device)
    {
        response.Headers["x-compute-type"] = device.ComputeType;
        response.Headers["x-compute-characters"] = Text(request.Inputs.EnumerateRunes().Count());
    }

    /// <summary>The seed as the details tell it, unsigned, where the engine has shown it signed.</summary>
    public static void WriteSeed(HttpResponse response, TgiRequest request) =>
        response.Headers[TextGenerator.SeedHeader] = ((ulong)request.Sampling.Parameters.Seed).ToString(CultureInfo.InvariantCulture);

    /// <param name="response">Not begun.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="device">What ran it.</param>
    /// <param name="generatedTokens">Of the text that is answered.</param>
    /// <param name="total">From the body's arrival.</param>
    /// <param name="validation">The part of it before the request was admitted.</param>
    /// <param name="queue">The part of it that was spent waiting for a slot.</param>
    public static void Write(HttpResponse response, TgiRequest request, ComputeDevice device, int generatedTokens, TimeSpan total, TimeSpan validation, TimeSpan queue)
    {
        Write(response, request, device);
        var inference = total - validation - queue;
        response.Headers["x-compute-time"] = total.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        response.Headers["x-total-time"] = Milliseconds(total);
        response.Headers["x-validation-time"] = Milliseconds(validation);
        response.Headers["x-queue-time"] = Milliseconds(queue);
        response.Headers["x-inference-time"] = Milliseconds(inference);
        response.Headers["x-time-per-token"] = Milliseconds(inference / Math.Max(generatedTokens, 1));
        response.Headers["x-prompt-tokens"] = Text(request.Prompt.Tokens.Length);
        response.Headers["x-generated-tokens"] = Text(generatedTokens);
    }

    private static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
