using ElasticSynapse.ModelServer.Decoding;

namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Which row of which job is in which slot: slots 0, 1, 2 and so on, without a gap, so that one run takes them all. In
/// the slot behind them is a prompt that is being run. Only the scheduler thread uses it.</summary>
internal sealed class SlotRows(BatchDecoder decoder)
{
    private readonly List<(ActiveJob Job, int Row)> _rows = []; // index = slot

    public int Count => _rows.Count;

    public (ActiveJob Job, int Row) this[int slot] => _rows[slot];

    /// <summary>Gives a job its slots. The first is the one behind the others, which has its prompt; it is copied for each
    /// further row.</summary>
    public void Add(ActiveJob job)
    {
        var first = _rows.Count;
        for (var row = 0; row < job.Slots.Length; row++)
        {
            job.Slots[row] = first + row;
            _rows.Add((job, row));
            if (row > 0)
            {
                decoder.Copy(first, first + row, 0, job.Position);
            }
        }
    }

    /// <summary>Copies rows between a job's own slots, and takes over which row it now has in which.</summary>
    public void Apply(ActiveJob job, List<RowMove> moves)
    {
        foreach (var move in moves)
        {
            decoder.Copy(move.From, move.To, move.Start, job.Position - move.Start);
        }
        for (var row = 0; row < job.Slots.Length; row++)
        {
            _rows[job.Slots[row]] = (job, row);
        }
    }

    /// <summary>Frees a job's slots, each for the last row.</summary>
    /// <param name="job">The job.</param>
    /// <param name="behind">Positions of the prompt in the slot behind all rows, which moves up.</param>
    public void Remove(ActiveJob job, int behind)
    {
        var prompt = _rows.Count;
        foreach (var slot in job.Slots.OrderDescending())
        {
            var last = _rows.Count - 1;
            if (slot != last)
            {
                var (other, row) = _rows[last];
                decoder.Copy(last, slot, 0, other.Position);
                _rows[slot] = (other, row);
                other.Slots[row] = slot;
            }
            _rows.RemoveAt(last);
        }
        MoveUp(prompt, behind);
    }

    /// <summary>Frees all slots.</summary>
    /// <param name="behind">As in <see cref="Remove"/>.</param>
    public void Clear(int behind)
    {
        var prompt = _rows.Count;
        _rows.Clear();
        MoveUp(prompt, behind);
    }

    private void MoveUp(int from, int positions)
    {
        if (positions > 0 && from != _rows.Count)
        {
            decoder.Copy(from, _rows.Count, 0, positions);
        }
    }
}
