using System.Runtime.InteropServices;

namespace ElasticSynapse.Serving.Models;

/// <summary>Room for one matrix after the other while a model is tried out, so that not each has to be given new pages.</summary>
internal static unsafe class SpareBuffer
{
    private static readonly Lock Use = new();
    private static float* _spare;
    private static long _elements;

    /// <param name="elements">At least; then as many as there are.</param>
    public static float* Take(ref long elements)
    {
        lock (Use)
        {
            var spare = _spare;
            _spare = null;
            if (spare != null && _elements >= elements)
            {
                elements = _elements;
                return spare;
            }
            NativeMemory.Free(spare);
            return (float*)NativeMemory.Alloc((nuint)elements, sizeof(float));
        }
    }

    public static void Return(float* buffer, long elements)
    {
        lock (Use)
        {
            NativeMemory.Free(_spare);
            _spare = buffer;
            _elements = elements;
        }
    }

    /// <summary>Once there are matrices to pack, all have been tried out.</summary>
    public static void LetGo() => Return(null, 0);
}
