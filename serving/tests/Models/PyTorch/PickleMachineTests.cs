using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>The machine builds what state dicts hold and refuses the rest by name.</summary>
public sealed class PickleMachineTests
{
    [Fact]
    public void Run_NumbersAndTexts_Values()
    {
        var pickle = new PickleWriter().Op('(')
            .Raw((byte)'K', 200).Raw((byte)'M', 1, 2).Raw((byte)'J', 255, 255, 255, 255).Raw(0x8A, 0).Raw(0x8A, 2, 0, 0x80)
            .Raw((byte)'G', 0x3F, 0xF8, 0, 0, 0, 0, 0, 0).Raw(0x88).Raw((byte)'N').Text("ключ").Raw((byte)'U', 1, 0xE9).Op('t').ToBytes();
        Assert.Equal([200L, 513L, -1L, 0L, -32768L, 1.5, true, null, "ключ", "é"], Assert.IsType<object?[]>(Run(pickle).Value));
    }

    [Fact]
    public void Run_MemoAndProtocolFour_SameValue()
    {
        var pickle = new PickleWriter().Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0).Raw(0x8C, 1, (byte)'a', 0x94).Raw((byte)'h', 0).Raw(0x86).ToBytes();
        Assert.Equal(["a", "a"], Assert.IsType<object?[]>(Run(pickle).Value));
    }

    // What pickle.dumps writes for an object whose __reduce__ returns (os.system, ("id",)), and its like.
    [Theory]
    [InlineData("posix", "system")]
    [InlineData("os", "system")]
    [InlineData("nt", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    [InlineData("torch.hub", "load")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("collections", "OrderedDict.popitem")]
    public void Run_AnyOtherGlobal_RefusedByName(string module, string name)
    {
        var call = new PickleWriter().Global(module, name).Text("touch /tmp/owned").Raw(0x85).Op('R').ToBytes();
        Assert.StartsWith($"model.bin: found the global \"{module}.{name}\" at byte", Refused(call), StringComparison.Ordinal);
        var stacked = new PickleWriter().Text(module).Text(name).Raw(0x93).ToBytes();
        Assert.Contains("nothing that a checkpoint names is ever run", Refused(stacked), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_KnownGlobalCalledOtherwise_Refused()
    {
        Assert.Contains("a call of collections.OrderedDict with other arguments",
            Refused(new PickleWriter().Global("collections", "OrderedDict").Text("x").Raw(0x85).Op('R').ToBytes()), StringComparison.Ordinal);
        Assert.Contains("a call of torch.FloatStorage with other arguments",
            Refused(new PickleWriter().Global("torch", "FloatStorage").Op(')').Op('R').ToBytes()), StringComparison.Ordinal);
        Assert.Contains("a persistent id that is no storage", Refused(new PickleWriter().Text("module").Op('Q').ToBytes()), StringComparison.Ordinal);
        Assert.Contains("a persistent id that is no storage", Refused(new PickleWriter().Op('(').Text("storage")
            .Global("torch", "FloatStorage").Text("0").Text("cpu").Int(-1).Op('t').Op('Q').ToBytes()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("i", "opcode 0x69")] // INST: a global in the old protocol
    [InlineData("o", "opcode 0x6f")]
    [InlineData("I1\n", "opcode 0x49")]
    [InlineData("P1\n", "opcode 0x50")] // a persistent id as text
    [InlineData("t", "an opcode that pops to a mark")]
    [InlineData("0", "an opcode that pops")]
    [InlineData("(0", "an opcode that pops")] // not from under the mark
    [InlineData("R", "an opcode that pops")]
    [InlineData("q", "the end of its")]
    [InlineData("h\u0007", "memo 7, never stored")]
    [InlineData("Na", "an opcode that reads the stack")]
    [InlineData("NNa", "APPEND on a stack without its operands")]
    [InlineData("NNNs", "SETITEMS on a stack")]
    [InlineData("NNb", "BUILD on a stack")]
    [InlineData("NNR", "Reduce on a stack")]
    [InlineData("}(Nu", "SETITEMS on a stack")]
    [InlineData("X\u007f\u007f\u007f\u007f", "the end of its")]
    [InlineData("T\u0001\u0000\u0000\u0080", "the end of its")]
    [InlineData("cos", "the end of its")]
    [InlineData("", "an opcode that pops")]
    public void Run_BrokenPickle_Refused(string opcodes, string expected)
    {
        byte[] pickle = [0x80, 2, .. opcodes.Select(c => (byte)c), .. opcodes == "q" ? Array.Empty<byte>() : [(byte)'.']];
        Assert.Contains(expected, Refused(pickle), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LyingLengths_RefusedWithoutAllocating()
    {
        Assert.Contains("the end of its", Refused([0x80, 4, 0x8D, 255, 255, 255, 255, 255, 255, 255, 127]), StringComparison.Ordinal);
        Assert.Contains("the end of its", Refused([0x80, 2, 0x8B, 255, 255, 255, 127]), StringComparison.Ordinal);
        Assert.Contains("protocol 6", Refused([0x80, 6, (byte)'N', (byte)'.']), StringComparison.Ordinal);
    }

    private static Pickle Run(byte[] pickle) => PickleMachine.Run("model.bin", pickle);

    private static string Refused(byte[] pickle) => Assert.Throws<CheckpointException>(() => Run(pickle)).Message;
}
