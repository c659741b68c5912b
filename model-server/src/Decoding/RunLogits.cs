using System.Runtime.InteropServices;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>What a run computes: rows of logits in the device's memory, which come to the host where they are asked for. Valid
/// until the next run into them.</summary>
internal sealed unsafe class RunLogits : IDisposable
{
    private readonly TensorMemory _memory;
    private readonly int _vocabulary;
    private readonly int _bestCount; // 0 where the graph does not tell the best
    private readonly nint _logits;   // float [rows, vocabulary]
    private readonly nint _bestScores, _bestTokens;
    private readonly float[] _hostLogits; // of memory that the process can't read
    private readonly bool[] _isFetched;   // [rows]
    private readonly float[] _hostBestScores;
    private readonly long[] _hostBestTokens;
    private bool _isBestFetched; // of all rows

    public RunLogits(TensorMemory memory, Gpt2Model model, int rows)
    {
        (_memory, _vocabulary, Capacity) = (memory, model.Config.VocabularySize, rows);
        _logits = memory.Allocate((long)rows * _vocabulary * sizeof(float));
        _hostLogits = memory.IsHost ? [] : new float[rows * _vocabulary];
        _isFetched = new bool[rows];
        _bestCount = model.Precision == Precision.Fp16 ? Gpt2Model.BestCount(model.Config) : 0;
        (_hostBestScores, _hostBestTokens) = (new float[rows * _bestCount], new long[rows * _bestCount]);
        if (_bestCount > 0)
        {
            _bestScores = memory.Allocate(_hostBestScores.Length * sizeof(float));
            _bestTokens = memory.Allocate(_hostBestTokens.Length * sizeof(long));
        }
    }

    /// <summary>Rows that there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Rows that a run must compute at least: TopK takes no empty tensor.</summary>
    public int FewestRows => _bestCount > 0 ? 1 : 0;

    /// <summary>Logits after a position, [vocabulary].</summary>
    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            if (_memory.IsHost)
            {
                return Rows(1, row);
            }
            var fetched = _hostLogits.AsSpan(row * _vocabulary, _vocabulary);
            if (!_isFetched[row])
            {
                _memory.Download(Address(row), MemoryMarshal.AsBytes(fetched));
                _isFetched[row] = true;
            }
            return fetched;
        }
    }

    /// <summary>[count, vocabulary] from a row on.</summary>
    public ReadOnlySpan<float> Rows(int count, int first = 0)
    {
        if (_memory.IsHost)
        {
            return new ReadOnlySpan<float>((void*)Address(first), count * _vocabulary);
        }
        for (var row = first; row < first + count; row++)
        {
            _ = this[row];
        }
        return _hostLogits.AsSpan(first * _vocabulary, count * _vocabulary);
    }

    /// <summary>The largest of a row, if the run tells them.</summary>
    public BestLogits Best(int row)
    {
        if (_bestCount > 0 && !_isBestFetched)
        {
            // All rows at once: most steps ask for each of them.
            _memory.Download(_bestScores, MemoryMarshal.AsBytes(_hostBestScores.AsSpan()));
            _memory.Download(_bestTokens, MemoryMarshal.AsBytes(_hostBestTokens.AsSpan()));
            _isBestFetched = true;
        }
        return new BestLogits(_hostBestTokens.AsSpan(row * _bestCount, _bestCount), _hostBestScores.AsSpan(row * _bestCount, _bestCount));
    }

    /// <summary>What was fetched is no longer what is there.</summary>
    public void Forget()
    {
        Array.Clear(_isFetched);
        _isBestFetched = false;
    }

    /// <summary>Makes a run write its first rows here.</summary>
    /// <returns>What has to live as long as the binding.</returns>
    public IEnumerable<OrtValue> Bind(OrtIoBinding binding, int rows)
    {
        List<OrtValue> values = [];
        Bind(Gpt2Model.Logits, TensorElementType.Float, _logits, sizeof(float), _vocabulary);
        if (_bestCount > 0)
        {
            Bind(Gpt2Model.BestScores, TensorElementType.Float, _bestScores, sizeof(float), _bestCount);
            Bind(Gpt2Model.BestTokens, TensorElementType.Int64, _bestTokens, sizeof(long), _bestCount);
        }
        return values;

        void Bind(string name, TensorElementType type, nint buffer, int size, int width)
        {
            var value = OrtValue.CreateTensorValueWithData(_memory.Info, type, [rows, width], buffer, (long)rows * width * size);
            values.Add(value);
            binding.BindOutput(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in new[] { _logits, _bestScores, _bestTokens }.Where(buffer => buffer != 0))
        {
            _memory.Release(buffer);
        }
    }

    private nint Address(int row) => _logits + (nint)((long)row * _vocabulary * sizeof(float));
}
