using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>
/// ONNX Runtime 1.29 as npm has it sends telemetry to Microsoft, and asks a shell who the machine is, without which it crashes.
/// It looks at the variable <c>ORT_DISABLE_TELEMETRY</c> of the process, where .NET's own setter does not reach.
/// </summary>
internal static partial class OnnxRuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Turns it off, unless the variable says something already. Before the first call of ONNX Runtime.</summary>
    public static void TurnOff()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment(Variable, "1", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
