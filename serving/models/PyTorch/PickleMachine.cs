namespace ElasticSynapse.Serving.Models;

/// <summary>
/// Runs the pickle of a PyTorch state dict. The machine only builds numbers, strings, containers and descriptions of tensors:
/// a global is one of <see cref="PyTorchGlobals"/> or refused by name, so that a checkpoint cannot make anything run.
/// </summary>
/// <remarks>Opcodes as in Python's <c>pickletools.py</c>.</remarks>
internal sealed class PickleMachine
{
    private const int HighestProtocol = 5;

    private readonly PickleBytes _bytes;
    private readonly PyTorchGlobals _globals;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = []; // heights of the stack
    private readonly Dictionary<long, object?> _memo = [];

    private PickleMachine(string file, ReadOnlyMemory<byte> bytes)
    {
        _bytes = new PickleBytes(file, bytes);
        _globals = new PyTorchGlobals(_bytes);
    }

    /// <summary>What the pickle describes.</summary>
    /// <param name="file">The checkpoint; the owner in messages.</param>
    /// <param name="bytes">Begin with the pickle; what follows its STOP is not read.</param>
    /// <exception cref="CheckpointException">The pickle is broken, or wants more than a state dict needs.</exception>
    public static Pickle Run(string file, ReadOnlyMemory<byte> bytes)
    {
        var machine = new PickleMachine(file, bytes);
        return new Pickle(machine.Run(), machine._globals.Storages, machine._bytes.Position);
    }

    private object? Run()
    {
        while (true)
        {
            var opcode = (PickleOpcode)_bytes.U8();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            if (!Number(opcode) && !Text(opcode) && !Container(opcode) && !Memo(opcode) && !Object(opcode))
                throw _bytes.Refused($"opcode 0x{(byte)opcode:x2}", "the opcodes of a state dict");
        }
    }

    private bool Number(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.None => Push(null),
        PickleOpcode.NewTrue => Push(true),
        PickleOpcode.NewFalse => Push(false),
        PickleOpcode.BinInt => Push((long)_bytes.I32()),
        PickleOpcode.BinInt1 => Push((long)_bytes.U8()),
        PickleOpcode.BinInt2 => Push((long)_bytes.U16()),
        PickleOpcode.Long1 => Push(_bytes.Long(_bytes.U8())),
        PickleOpcode.Long4 => Push(_bytes.Long(_bytes.I32())),
        PickleOpcode.BinFloat => Push(_bytes.F64()),
        _ => false,
    };

    private bool Text(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.BinUnicode => Push(_bytes.Utf8(_bytes.U32())),
        PickleOpcode.ShortBinUnicode => Push(_bytes.Utf8(_bytes.U8())),
        PickleOpcode.BinUnicode8 => Push(_bytes.Utf8(_bytes.U64())),
        PickleOpcode.BinString => Push(_bytes.Latin1(_bytes.I32())),
        PickleOpcode.ShortBinString or PickleOpcode.ShortBinBytes => Push(_bytes.Latin1(_bytes.U8())),
        PickleOpcode.BinBytes => Push(_bytes.Latin1(_bytes.U32())),
        _ => false,
    };

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark:
                _marks.Add(_stack.Count);
                return true;
            case PickleOpcode.EmptyTuple:
                return Push(Array.Empty<object?>());
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                return Push(PopMany(opcode - PickleOpcode.Tuple1 + 1));
            case PickleOpcode.Tuple:
                return Push(PopToMark());
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet:
                return Push(new List<object?>());
            case PickleOpcode.List:
                return Push(new List<object?>(PopToMark()));
            case PickleOpcode.Append:
                return Append([Pop()]);
            case PickleOpcode.Appends:
                return Append(PopToMark());
            case PickleOpcode.EmptyDict:
                return Push(new PickledDictionary([]));
            case PickleOpcode.Dict:
                var items = PopToMark();
                return Push(new PickledDictionary([])) && SetItems(items);
            case PickleOpcode.SetItem:
                return SetItems(PopMany(2));
            case PickleOpcode.SetItems:
                return SetItems(PopToMark());
            case PickleOpcode.Pop:
                Pop();
                return true;
            case PickleOpcode.PopMark:
                PopToMark();
                return true;
            default:
                return false;
        }
    }

    private bool Memo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut:
                _memo[_bytes.U8()] = Top();
                return true;
            case PickleOpcode.LongBinPut:
                _memo[_bytes.U32()] = Top();
                return true;
            case PickleOpcode.Memoize:
                _memo[_memo.Count] = Top();
                return true;
            case PickleOpcode.BinGet:
                return Push(Recall(_bytes.U8()));
            case PickleOpcode.LongBinGet:
                return Push(Recall(_bytes.U32()));
            default:
                return false;
        }
    }

    private bool Object(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                var protocol = _bytes.U8();
                return protocol <= HighestProtocol
                    ? true
                    : throw _bytes.Refused($"protocol {protocol}", $"protocols up to {HighestProtocol}");
            case PickleOpcode.Frame:
                _bytes.U64();
                return true;
            case PickleOpcode.Global:
                return Push(_globals.Resolve(_bytes.Line(), _bytes.Line()));
            case PickleOpcode.StackGlobal:
                return PopMany(2) is [string module, string name] ? Push(_globals.Resolve(module, name)) : throw Unexpected("STACK_GLOBAL");
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                return PopMany(2) is [PickledGlobal callable, object?[] arguments]
                    ? Push(_globals.Call(callable, arguments))
                    : throw Unexpected($"{opcode}");
            case PickleOpcode.Build:
                Pop(); // attributes of an OrderedDict, such as _metadata
                return Top() is PickledDictionary ? true : throw Unexpected("BUILD");
            case PickleOpcode.BinPersId:
                return Push(_globals.Storage(Pop()));
            default:
                return false;
        }
    }

    private bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    private bool Append(object?[] items)
    {
        if (Top() is not List<object?> list)
            throw Unexpected("APPEND");
        list.AddRange(items);
        return true;
    }

    private bool SetItems(object?[] items)
    {
        if (Top() is not PickledDictionary dictionary || items.Length % 2 != 0)
            throw Unexpected("SETITEMS");
        for (var i = 0; i < items.Length; i += 2)
            dictionary.Items.Add((items[i], items[i + 1]));
        return true;
    }

    private object? Pop() => PopMany(1)[0];

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw Unexpected("an opcode that reads the stack");

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
            throw Unexpected("an opcode that pops");
        return PopFrom(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw Unexpected("an opcode that pops to a mark");
        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return PopFrom(mark);
    }

    private object?[] PopFrom(int height)
    {
        object?[] popped = [.. _stack[height..]];
        _stack.RemoveRange(height, popped.Length);
        return popped;
    }

    private object? Recall(long index) =>
        _memo.TryGetValue(index, out var value) ? value : throw _bytes.Refused($"memo {index}, never stored", "a whole pickle");

    // Nothing is popped from under a mark.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private CheckpointException Unexpected(string opcode) =>
        _bytes.Refused($"{opcode} on a stack without its operands", "a whole pickle of a state dict");
}
