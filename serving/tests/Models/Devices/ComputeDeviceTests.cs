using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models.Devices;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData(null, "cpu")]
    [InlineData(0, "gpu")]
    public void ComputeType_Device_IsCalledAsHuggingFaceDoes(int? cuda, string type) => Assert.Equal(type, new ComputeDevice(cuda).ComputeType);
}
