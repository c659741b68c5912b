using System.Diagnostics;
using System.Globalization;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Benchmarks.Classifier;

/// <summary>The classifier's session without HTTP, queue and tokens: a thread a core, one text a run, or as many of one length as the
/// server lets share one. The bound of what the server could reach. Answers as <see cref="ClassifierWorker"/> asks.</summary>
internal static class BertEngine
{
    private const int SharedTokens = 128; // of a run; the server's BatchPolicy.OfOneLength

    /// <param name="checkpoint">Folder.</param>
    /// <param name="precision">As Model__Precision.</param>
    /// <param name="questions">Until their end.</param>
    public static void Serve(string checkpoint, string precision, TextReader questions, TextWriter answers)
    {
        using var model = BertModel.Load(checkpoint, SessionSettings.Of(threads: 1, precision));
        answers.WriteLine("ready");
        while (questions.ReadLine() is { } question)
        {
            var numbers = question.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            answers.WriteLine(TextsPerSecond(model, tokens: numbers[0], seconds: numbers[1], round: numbers[2]).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static double TextsPerSecond(BertModel model, int tokens, int seconds, int round)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = new int[Environment.ProcessorCount];
        var texts = tokens > 0 && model.Sharing == RunSharing.Exact ? Math.Max(SharedTokens / tokens, 1) : 1;
        var threads = counts.Select((_, thread) => new Thread(() =>
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                var length = tokens > 0 ? tokens : Texts.Length(round, thread, counts[thread], model.Config.Positions);
                BertRun.Run(model, [.. Enumerable.Range(counts[thread], texts).Select(seed =>
                    BertRun.Text(seed, Math.Min(length, model.Config.Positions), model.Config.VocabularySize))]);
                counts[thread] += texts;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
