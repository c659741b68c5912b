using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static ElasticSynapse.Serving.Models.Onnx.TensorProto.Types;

namespace ElasticSynapse.Serving.Models;

/// <summary>ONNX Runtime's CUDA provider: libraries beside its core that only builds with <c>-p:Gpu=true</c> have, and that need
/// NVIDIA's own (driver, CUDA 13, cuDNN 9) on the machine.</summary>
internal static partial class CudaProvider
{
    private const string Library = "libonnxruntime_providers_cuda.so";

    /// <summary>Whether this build has the provider.</summary>
    public static bool IsInstalled { get; } =
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Any(folder => File.Exists(Path.Combine(folder, Library)));

    /// <summary>Why no session can run on a device; null if one can.</summary>
    public static string? Problem(int index)
    {
        if (!IsInstalled)
        {
            return $"this build has no {Library}; builds with -p:Gpu=true and the GPU images have it";
        }
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            Append(options, index);
            using var session = new InferenceSession(Smallest(), options);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return Reason(e.Message);
        }
    }

    /// <summary>Puts the provider before the CPU's.</summary>
    /// <exception cref="OnnxRuntimeException">It, or a library that it needs, cannot be loaded.</exception>
    public static void Append(SessionOptions options, int index)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = index.ToString(CultureInfo.InvariantCulture),
            // What the session asks for and no more: the KV cache wants the rest.
            ["arena_extend_strategy"] = "kSameAsRequested",
        });
        options.AppendExecutionProvider_CUDA(cuda);
    }

    // Of ONNX Runtime's message the part that a person can act on: it begins with source files and C++ signatures.
    internal static string Reason(string message)
    {
        var line = Refusal.OneLine(message);
        if (MissingLibrary().Match(line) is { Success: true } missing)
        {
            return $"{missing.Groups["name"].Value} can't be loaded ({missing.Groups["why"].Value}); the provider needs NVIDIA's driver, CUDA 13 and cuDNN 9, on LD_LIBRARY_PATH or in the image";
        }
        return CudaFailure().Match(line) is { Success: true } failure ? failure.Value : line;
    }

    // A session makes its providers even for nothing: the device and its driver are asked.
    private static byte[] Smallest()
    {
        var graph = new GraphWriter("probe");
        graph.Input("x", DataType.Float, 1);
        graph.Standard("Identity", "y", ["x"]);
        graph.Output("y", DataType.Float, 1);
        return graph.ToModel().ToByteArray();
    }

    [GeneratedRegex(@"with error: (?<name>[^ :]+\.so[0-9.]*): (?<why>.+)$")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex(@"CUDA failure \d+: [^;]*[^; ]")]
    private static partial Regex CudaFailure();
}
