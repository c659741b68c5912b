using ElasticSynapse.Serving.Hosting.Configuration;
using Microsoft.Extensions.Hosting;

namespace ElasticSynapse.Serving.Hosting;

/// <summary>Says on standard error, in a line or a list, why a service can't start.</summary>
public static class StartFailure
{
    /// <summary>For an exception filter around a service's whole program: reports and returns true, unless the exception
    /// is how a test host or a design-time tool ends the program.</summary>
    /// <param name="service">Who speaks.</param>
    /// <param name="exception">What ended the start.</param>
    /// <param name="understood">Exceptions whose message alone explains the failure; of any other the trace is shown too.</param>
    public static bool Report(string service, Exception exception, params ReadOnlySpan<Type> understood)
    {
        if (exception is HostAbortedException || exception.GetType().Name == "StopTheHostException")
        {
            return false;
        }
        switch (exception)
        {
            case ConfigurationException configuration:
                Console.Error.WriteLine($"{service}: cannot start: {configuration.Mistakes.Count} configuration mistake(s):");
                foreach (var mistake in configuration.Mistakes)
                {
                    Console.Error.WriteLine($"  {mistake}");
                }
                break;
            case IOException:
                Console.Error.WriteLine($"{service}: cannot start: {exception.Message}");
                break;
            default:
                var known = understood.Contains(exception.GetType());
                Console.Error.WriteLine($"{service}: cannot start: {(known ? exception.Message : exception)}");
                break;
        }
        return true;
    }
}
