using System.Buffers.Binary;
using System.Text;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Writes pickles opcode by opcode, true or not (Python's pickletools).</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _opcodes = [0x80, 2];

    public byte[] ToBytes() => [.. _opcodes, (byte)'.'];

    public PickleWriter Raw(params byte[] bytes)
    {
        _opcodes.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(char opcode) => Raw((byte)opcode);

    public PickleWriter Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    /// <summary>LONG1 of 8 bytes holds any number.</summary>
    public PickleWriter Int(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8A, 8).Raw(bytes);
    }

    public PickleWriter Tuple(params long[] numbers)
    {
        Op('(');
        foreach (var number in numbers)
            Int(number);
        return Op('t');
    }

    /// <summary>A tensor as torch.save writes it.</summary>
    public PickleWriter Tensor(string storageClass, string key, long numel, long offset, long[] size, long[] stride)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(');
        Op('(').Text("storage").Global("torch", storageClass).Text(key).Text("cpu").Int(numel).Op('t').Op('Q');
        return Int(offset).Tuple(size).Tuple(stride).Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
    }

    /// <summary>A dictionary of one item, written by <paramref name="value"/>.</summary>
    public static byte[] Dictionary(string name, Func<PickleWriter, PickleWriter> value) =>
        value(new PickleWriter().Op('}').Text(name)).Op('s').ToBytes();
}
