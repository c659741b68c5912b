namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Makes jobs of a request's sequences.</summary>
internal static class SequenceJobs
{
    /// <param name="sequences">Those of one beam search stand in a row and share their <see cref="SequenceRequest.Beams"/>.</param>
    /// <param name="now">Timestamp of their admission.</param>
    public static List<SequenceJob> Of(IReadOnlyList<SequenceRequest> sequences, long now)
    {
        var jobs = new List<List<SequenceRequest>>();
        foreach (var sequence in sequences)
        {
            if (jobs is [.., [.., var last] job] && last.Beams is not null && last.Beams == sequence.Beams && last.Prompt == sequence.Prompt)
            {
                job.Add(sequence);
            }
            else
            {
                jobs.Add([sequence]);
            }
        }
        var choices = jobs.CountBy(job => job[0].Prompt).ToDictionary();
        return [.. jobs.Select(job => new SequenceJob(job, job[0].Beams?.Width ?? 1, choices[job[0].Prompt] > 1) { EnqueuedAt = now })];
    }
}
