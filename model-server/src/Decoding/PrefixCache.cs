using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>
/// Keys and values of prompts that were run, kept in blocks so that a prompt with the same beginning need not run it again. A
/// tree: a block is known by its tokens and by the block before it. A block is what one run wrote: a chunk of the grid on which
/// prompts are run, or a prompt's last part with the logits behind it. So a text is the same, to the last bit, with a cold and
/// with a warm cache, although where a run begins and ends may show in the last bits of what it writes. Where it does not, a part
/// of a block is as good. The blocks used longest ago make room for new ones. Only the scheduler thread uses it.
/// </summary>
internal sealed class PrefixCache
{
    private readonly KvSlots _slots;
    private readonly int _firstSlot;
    private readonly int _blockTokens;
    private readonly int _blocksPerSlot;
    private readonly bool _takesParts;
    private readonly PrefixBlock _root = new(null, [], -1);
    private readonly LinkedList<PrefixBlock> _recent = []; // first: used last
    private readonly Stack<int> _free;
    private readonly float[]?[] _logits; // [place][vocabulary], made at a place's first use and then used again

    /// <param name="slots">Where the blocks lie.</param>
    /// <param name="firstSlot">First of the cache's own slots.</param>
    /// <param name="count">How many slots are the cache's.</param>
    /// <param name="positions">Of each slot.</param>
    /// <param name="chunk">Tokens of a run: prompts are run in chunks that end on multiples of it.</param>
    /// <param name="takesParts">Whether part of a block may be taken, as <see cref="Gpt2Model.TokensAreRunAlike"/> says.</param>
    public PrefixCache(KvSlots slots, int firstSlot, int count, int positions, int chunk, bool takesParts)
    {
        (_slots, _firstSlot, _blockTokens, _takesParts) = (slots, firstSlot, Math.Min(chunk, positions), takesParts);
        _blocksPerSlot = positions / _blockTokens;
        _free = new Stack<int>(Enumerable.Range(0, count * _blocksPerSlot).Reverse());
        _logits = new float[]?[count * _blocksPerSlot];
    }

    /// <summary>Fills a slot with the longest beginning of a prompt that is kept.</summary>
    /// <param name="slot">Not one of the cache's.</param>
    /// <param name="prompt">Tokens from position 0 on.</param>
    /// <returns>Positions filled: all of the prompt's only with the logits behind it, [vocabulary], valid until the next
    /// <see cref="Store"/>.</returns>
    public (int Positions, float[]? Logits) Load(int slot, ReadOnlySpan<int> prompt)
    {
        var block = _root;
        var position = 0;
        while (position < prompt.Length && block.Next(Part(prompt, position)) is { } next)
        {
            var end = position + Part(prompt, position).Length;
            if (end == prompt.Length && !next.HasLogits)
            {
                break;
            }
            Take(next, end);
        }
        // Not the last token: it is run for the logits behind it.
        if (_takesParts && position < prompt.Length && block.Closest(Part(prompt, position)) is var (closest, tokens)
            && Math.Min(position + tokens, prompt.Length - 1) is var shared && shared > position)
        {
            Take(closest, shared);
        }
        Touch(block);
        return (position, position == prompt.Length ? _logits[block.Place] : null);

        void Take(PrefixBlock next, int end)
        {
            var (from, start) = At(next.Place);
            _slots.Copy(from, start, slot, position, end - position);
            (block, position) = (next, end);
        }
    }

    /// <summary>Keeps the parts of a prompt that are not kept yet.</summary>
    /// <param name="slot">Holds the keys and values of all of its tokens.</param>
    /// <param name="prompt">Tokens from position 0 on.</param>
    /// <param name="logits">[vocabulary] behind the last.</param>
    public void Store(int slot, ReadOnlySpan<int> prompt, ReadOnlySpan<float> logits)
    {
        var block = _root;
        for (var position = 0; position < prompt.Length; position += _blockTokens)
        {
            var tokens = Part(prompt, position);
            if (block.Next(tokens) is not { } next)
            {
                // So that making room never takes a block of this very prompt.
                Touch(block);
                if (Room(keep: block) is not { } place)
                {
                    return;
                }
                var (to, start) = At(place);
                _slots.Copy(slot, position, to, start, tokens.Length);
                next = block.Add(tokens, place);
                _recent.AddFirst(next.Use);
            }
            block = next;
        }
        if (!block.HasLogits)
        {
            logits.CopyTo(_logits[block.Place] ??= new float[logits.Length]);
            block.HasLogits = true;
        }
        Touch(block);
    }

    private ReadOnlySpan<int> Part(ReadOnlySpan<int> prompt, int position) =>
        prompt.Slice(position, Math.Min(_blockTokens, prompt.Length - position));

    // A block stands before those that follow it, so the last one is followed by none and may go.
    private void Touch(PrefixBlock last)
    {
        for (var block = last; block != _root; block = block.Before!)
        {
            _recent.Remove(block.Use);
            _recent.AddFirst(block.Use);
        }
    }

    private int? Room(PrefixBlock keep)
    {
        if (_free.TryPop(out var place))
        {
            return place;
        }
        if (_recent.Last is not { } oldest || oldest.Value == keep)
        {
            return null;
        }
        _recent.RemoveLast();
        oldest.Value.Remove();
        return oldest.Value.Place;
    }

    private (int Slot, int Position) At(int place) => (_firstSlot + (place / _blocksPerSlot), place % _blocksPerSlot * _blockTokens);
}
