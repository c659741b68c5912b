using ElasticSynapse.Serving.Models.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace ElasticSynapse.Serving.Models;

/// <summary>Opens a session on a compiled graph.</summary>
internal static class CompiledModel
{
    // Models given as bytes have no place of their own: this says where external data is.
    private const string ExternalDataFolderKey = "session.model_external_initializers_file_folder_path";

    private static readonly Lock FirstSession = new();
    private static volatile bool _isDomainKnown;

    static CompiledModel() => OnnxRuntimeTelemetry.TurnOff();

    /// <summary>Loads ONNX Runtime on another thread, while a checkpoint is read. What goes wrong shows again in <see cref="Open"/>.</summary>
    /// <returns>Waits when it is disposed: a process that ends meanwhile, because the checkpoint is refused, would crash now and then.</returns>
    public static IDisposable Prepare() => new Preparation(Task.Run(() =>
    {
        using var options = new SessionOptions();
        CustomOperators.Register(options.DangerousGetHandle());
    }));

    /// <param name="checkpoint">The folder served; the owner in messages.</param>
    /// <param name="model">The graph, whose weights are in files of full paths; those become relative.</param>
    /// <exception cref="CheckpointException">ONNX Runtime refuses the graph or cannot read the weights.</exception>
    public static InferenceSession Open(string checkpoint, ModelProto model, SessionSettings settings)
    {
        using var options = new SessionOptions
        {
            // ONNX Runtime's own 0 counts the machine's cores and pins a thread to each, whatever a container may use.
            IntraOpNumThreads = settings.Threads == 0 ? Environment.ProcessorCount : settings.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // It warns of every input that has a default.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (!settings.Device.IsCuda)
        {
            WeightsInFiles.Apply(model);
            CacheAttention.Apply(model.Graph);
            TextAttention.Apply(model.Graph);
        }
        CustomOperators.Register(options.DangerousGetHandle());
        if (ExternalData.Files(model) is { Count: > 0 } files)
        {
            var folder = new ExternalDataFolder(files);
            ExternalData.Rename(model, folder.Location);
            options.AddSessionConfigEntry(ExternalDataFolderKey, folder.FullPath);
        }
        PackingOrder.Apply(model);
        try
        {
            if (settings.Device.CudaIndex is { } index)
            {
                CudaProvider.Append(options, index);
            }
            return OpenAndPack(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new CheckpointException(Refusal.OneLine($"{checkpoint}: ONNX Runtime cannot load the compiled graph{(settings.Device.IsCuda ? $" on {settings.Device}" : "")}: {e.Message}"), e);
        }
    }

    private sealed class Preparation(Task task) : IDisposable
    {
        public void Dispose() => ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
    }

    private static InferenceSession OpenAndPack(ModelProto model, SessionOptions options)
    {
        InferenceSession? session = null;
        try
        {
            session = NewSession(model.ToByteArray(), options);
            MatrixPacking.Run(options.IntraOpNumThreads);
            return session;
        }
        catch
        {
            MatrixPacking.Clear();
            session?.Dispose();
            throw;
        }
    }

    // The first session that knows our operators tells the whole process of their domain, and fails if another does so meanwhile.
    private static InferenceSession NewSession(byte[] model, SessionOptions options)
    {
        if (_isDomainKnown)
        {
            return new InferenceSession(model, options);
        }
        lock (FirstSession)
        {
            var session = new InferenceSession(model, options);
            _isDomainKnown = true;
            return session;
        }
    }
}
