using ElasticSynapse.ModelServer.Loading;
using ElasticSynapse.ModelServer.Sampling;
using ElasticSynapse.ModelServer.Scheduling;

namespace ElasticSynapse.ModelServer.Beams;

/// <summary>A beam search that holds a slot for each beam. Only the scheduler thread uses it.</summary>
internal sealed class BeamJob : ActiveJob
{
    private readonly ServedGenerator _generator;
    private readonly BeamSearch _search;
    private readonly StopTail _stops;
    private readonly int _width;
    private readonly BeamCandidate[] _next;
    private int[][] _tokens; // of each beam, prompt and generated

    public BeamJob(SequenceJob job, ServedGenerator generator)
        : base(job)
    {
        _generator = generator;
        _width = job.Slots;
        _search = new BeamSearch(First.Beams!, First.MaxTokens, First.Sampling.EndTokens.Count);
        _stops = new StopTail(First, generator.Tokenizer);
        _next = new BeamCandidate[_width];
        _tokens = [.. Enumerable.Repeat(First.Prompt, _width)];
    }

    public override int Generated => _tokens[0].Length - First.Prompt.Length;

    public override int Token(int row) => _tokens[row][Position];

    public override IReadOnlyList<FinishReason>? Advance(StepLogits logits, TokenSampler sampler, ICollection<RowMove> moves)
    {
        _search.Begin();
        for (var beam = 0; beam < _width; beam++)
        {
            _search.Add(beam, sampler.Logprobs(logits[Slots[beam]], _tokens[beam], First.Prompt.Length, First.Sampling));
        }
        if (!_search.Advance(Finish, Extend, _next))
        {
            return [.. Job.Sequences.Select((sequence, rank) => Tell(sequence, _search.Finished[rank]))];
        }
        MoveRows(moves);
        _tokens = [.. _next.Select(candidate => (int[])[.. _tokens[candidate.Beam], candidate.Token])];
        return null;
    }

    // Of all beams that go on from one, the first stays in its slot; the others take slots of beams that have died out.
    private void MoveRows(ICollection<RowMove> moves)
    {
        var old = Slots.ToArray();
        var dead = new Stack<int>(Enumerable.Range(0, _width).Except(_next.Select(candidate => candidate.Beam)));
        var stayed = new HashSet<int>();
        for (var beam = 0; beam < _width; beam++)
        {
            var parent = _next[beam].Beam;
            if (stayed.Add(parent))
            {
                Slots[beam] = old[parent];
                continue;
            }
            var heir = dead.Pop();
            Slots[beam] = old[heir];
            var start = _tokens[parent].AsSpan(0, Position).CommonPrefixLength(_tokens[heir]);
            if (start < Position)
            {
                moves.Add(new RowMove(old[parent], old[heir], start));
            }
        }
    }

    private FinishReason? Finish(BeamCandidate candidate)
    {
        var generated = _tokens[candidate.Beam].AsSpan(First.Prompt.Length);
        return First.Sampling.EndTokens.Contains(candidate.Token) ? FinishReason.EndOfText
            : _stops.IsCompletedBy(generated, candidate.Token) ? FinishReason.StopString
            : generated.Length + 1 == First.MaxTokens ? FinishReason.Length
            : null;
    }

    private int[] Extend(BeamCandidate candidate) => [.. _tokens[candidate.Beam].AsSpan(First.Prompt.Length), candidate.Token];

    private FinishReason Tell(SequenceRequest sequence, FinishedBeam beam)
    {
        var text = new SequenceText(sequence, _generator);
        text.EchoUnscored();
        FinishReason? finish = null;
        // The text ends where the search has ended it, if not before: the search looks at bytes, not at what they decode to.
        for (var i = 0; finish is null; i++)
        {
            finish = text.Take(beam.Tokens[i], [], i == beam.Tokens.Length - 1 ? beam.Finish : null);
        }
        sequence.Output.Complete();
        return finish.Value;
    }
}
