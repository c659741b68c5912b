using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models.Devices;

public sealed class DeviceChoiceTests
{
    [Theory]
    [InlineData("cpu", Precision.Auto, "cpu")]
    [InlineData("CPU", Precision.Fp32, "cpu")]
    [InlineData("auto", Precision.Auto, "cuda:0")]
    [InlineData("auto", Precision.Fp16, "cuda:0")]
    [InlineData("auto", Precision.Int8, "cpu")] // the CPU's own precision was asked for
    [InlineData("cuda", Precision.Auto, "cuda:0")]
    [InlineData("cuda:3", Precision.Auto, "cuda:3")]
    public void Of_WhereCudaWorks_ReturnsWhatWasAskedFor(string wanted, Precision precision, string expected)
    {
        var choice = DeviceChoice.Of(wanted, precision, isInstalled: true, _ => null);
        Assert.Equal(expected, $"{choice.Device}");
        Assert.Null(choice.Fallback);
    }

    [Fact]
    public void Of_AutoWhereTheProviderCannotLoad_FallsBackAndSaysWhy()
    {
        var choice = DeviceChoice.Of("auto", Precision.Auto, isInstalled: true, _ => "libcudart.so.13 can't be loaded");
        Assert.Equal(new DeviceChoice(ComputeDevice.Cpu, "libcudart.so.13 can't be loaded"), choice);
    }

    [Fact]
    public void Of_AutoInABuildWithoutCuda_MissesNothing() =>
        Assert.Equal(new DeviceChoice(ComputeDevice.Cpu, null), DeviceChoice.Of("auto", Precision.Auto, isInstalled: false, _ => "none"));

    [Fact]
    public void Of_CudaInABuildWithoutIt_SaysWhichHaveIt()
    {
        var refusal = Assert.Throws<CheckpointException>(() => DeviceChoice.Of("cuda:1", Precision.Auto));
        Assert.Equal(
            "Runtime__Device='cuda:1': this build has no libonnxruntime_providers_cuda.so; builds with -p:Gpu=true and the GPU images have it; accepted: auto, cpu, or a CUDA device that works",
            refusal.Message);
    }

    [Theory]
    [InlineData(Precision.Fp32, "fp32")]
    [InlineData(Precision.Int8, "int8")]
    public void On_CudaWithAPrecisionOfTheCpu_SaysWhereItRuns(Precision precision, string name)
    {
        var refusal = Assert.Throws<CheckpointException>(() => precision.On(ComputeDevice.Cuda(0)));
        Assert.Equal($"Model__Precision={name} runs only on the CPU (Runtime__Device=cpu); on cuda:0 choose fp16 or auto", refusal.Message);
    }

    // Messages as ONNX Runtime 1.29 words them.
    [Theory]
    [InlineData(
        "[ErrorCode:RuntimeException] /onnxruntime/core/session/provider_bridge_ort.cc:2288 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n",
        "libcublasLt.so.13 can't be loaded (cannot open shared object file: No such file or directory); the provider needs NVIDIA's driver, CUDA 13 and cuDNN 9, on LD_LIBRARY_PATH or in the image")]
    [InlineData(
        "[ErrorCode:Fail] /onnxruntime/core/providers/cuda/cuda_call.cc:131 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall() CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=pod ; file=/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=281 ; expr=cudaSetDevice(info_.device_id);",
        "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version")]
    [InlineData("[ErrorCode:Fail] something\nelse", "[ErrorCode:Fail] something else")]
    public void Reason_OfAMessage_KeepsWhatAPersonCanActOn(string message, string expected) =>
        Assert.Equal(expected, CudaProvider.Reason(message));
}
