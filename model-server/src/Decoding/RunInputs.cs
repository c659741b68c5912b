using System.Runtime.InteropServices;
using ElasticSynapse.ModelServer.Decoding.Memory;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>What runs read, in the device's memory: buffers that all runs share, one after the other.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly TensorMemory _memory;
    private readonly long[] _idValues, _positionValues, _rowValues;
    private readonly int[] _lastIndexValues;
    private readonly int[] _totalLength = [0]; // read by the CPU, whatever the device
    private readonly nint _ids, _positions, _rows, _lastIndices;

    /// <param name="tokens">Of a run, at most.</param>
    /// <param name="batch">Sequences of a run, at most.</param>
    public RunInputs(TensorMemory memory, int tokens, int batch)
    {
        _memory = memory;
        (_idValues, _positionValues, _rowValues, _lastIndexValues) = (new long[tokens], new long[tokens], new long[tokens], new int[batch]);
        (_ids, _positions, _rows) = (memory.Allocate(tokens * sizeof(long)), memory.Allocate(tokens * sizeof(long)), memory.Allocate(tokens * sizeof(long)));
        _lastIndices = memory.Allocate(batch * sizeof(int));
    }

    public OrtValue Ids(int batch, int tokens) => View(_ids, TensorElementType.Int64, sizeof(long), batch, tokens);

    public OrtValue Positions(int batch, int tokens) => View(_positions, TensorElementType.Int64, sizeof(long), batch, tokens);

    public OrtValue LastIndices(int batch) => View(_lastIndices, TensorElementType.Int32, sizeof(int), batch);

    public OrtValue Rows(int rows) => View(_rows, TensorElementType.Int64, sizeof(long), rows);

    public OrtValue TotalLength() => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _totalLength.AsMemory(), [1]);

    /// <summary>Fills them for a run.</summary>
    /// <param name="ids">[batch * tokens]</param>
    /// <param name="positions">[batch]: where each sequence's first token stands.</param>
    /// <param name="rows">After how many of the last of all tokens logits are wanted.</param>
    public void Set(ReadOnlySpan<int> ids, ReadOnlySpan<int> positions, int rows)
    {
        var tokens = ids.Length / positions.Length;
        _totalLength[0] = 0;
        for (var sequence = 0; sequence < positions.Length; sequence++)
        {
            for (var i = sequence * tokens; i < (sequence + 1) * tokens; i++)
            {
                _idValues[i] = ids[i];
                _positionValues[i] = positions[sequence] + i - (sequence * tokens);
            }
            _lastIndexValues[sequence] = positions[sequence] + tokens - 1;
            _totalLength[0] = Math.Max(_totalLength[0], positions[sequence] + tokens);
        }
        for (var row = 0; row < rows; row++)
        {
            _rowValues[row] = ids.Length - rows + row;
        }
        Upload(_idValues.AsSpan(0, ids.Length), _ids);
        Upload(_positionValues.AsSpan(0, ids.Length), _positions);
        Upload(_lastIndexValues.AsSpan(0, positions.Length), _lastIndices);
        Upload(_rowValues.AsSpan(0, rows), _rows);
    }

    public void Dispose()
    {
        foreach (var buffer in (nint[])[_ids, _positions, _rows, _lastIndices])
        {
            _memory.Release(buffer);
        }
    }

    private void Upload<T>(Span<T> values, nint to)
        where T : unmanaged
    {
        if (!values.IsEmpty)
        {
            _memory.Upload(MemoryMarshal.AsBytes(values), to);
        }
    }

    private OrtValue View(nint buffer, TensorElementType type, int size, params long[] shape) =>
        OrtValue.CreateTensorValueWithData(_memory.Info, type, shape, buffer, shape.Aggregate(size, (long bytes, long dimension) => bytes * dimension));
}
