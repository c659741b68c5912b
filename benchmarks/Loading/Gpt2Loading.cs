using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.ModelServer.Decoding;
using ElasticSynapse.ModelServer.Decoding.Memory;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Loading;

/// <summary>Loads a GPT-2 and runs one token. Answers as <see cref="LoadingContender"/> asks.</summary>
internal static class Gpt2Loading
{
    /// <param name="checkpoint">Folder.</param>
    /// <param name="precision">As Model__Precision.</param>
    /// <param name="cache">Folder that keeps rounded weights; null keeps none.</param>
    /// <param name="questions">The first is answered, and then their end is awaited.</param>
    public static void Serve(string checkpoint, string precision, string? cache, TextReader questions, TextWriter answers)
    {
        answers.WriteLine("ready");
        questions.ReadLine();
        var start = Stopwatch.GetTimestamp();
        using var model = Gpt2Model.Load(checkpoint, SessionSettings.Of(threads: 0, precision),
            cache is null ? null : CacheSettings.Of(cache, maxBytes: 1L << 34));
        using var decoder = new BatchDecoder(model, TensorMemory.Of(model.Device), slots: 1, cachedSlots: 0, chunk: 16);
        decoder.Append(slot: 0, position: 0, [0], rows: 1);
        answers.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        questions.ReadLine();
    }
}
