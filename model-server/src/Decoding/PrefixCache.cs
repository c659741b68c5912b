namespace ElasticSynapse.ModelServer.Decoding;

/// <summary>
/// Keys and values of prompts that were run, kept in blocks of positions so that a prompt with the same beginning need not run
/// it again. A tree: a block is known by its tokens and by the block before it. The blocks used longest ago make room for new
/// ones. Only the scheduler thread uses it.
/// </summary>
/// <remarks>Rows that runs of several tokens write are the same, bit for bit, wherever such a run begins and ends; rows of
/// one-token runs are not, because attention has its own kernel for them. So only the former are kept, and a text is the same
/// with a cold and with a warm cache. Tested for each precision.</remarks>
internal sealed class PrefixCache
{
    /// <summary>Positions of a block: short prompts find something, and a copy still beats a run.</summary>
    public const int BlockTokens = 16;

    private readonly KvSlots _slots;
    private readonly int _firstSlot;
    private readonly int _blocksPerSlot;
    private readonly PrefixBlock _root = new(null, [], -1);
    private readonly LinkedList<PrefixBlock> _recent = []; // first: used last
    private readonly Stack<int> _free;

    /// <param name="slots">Where the blocks lie.</param>
    /// <param name="firstSlot">First of the cache's own slots.</param>
    /// <param name="count">How many slots are the cache's.</param>
    /// <param name="positions">Of each slot.</param>
    public PrefixCache(KvSlots slots, int firstSlot, int count, int positions)
    {
        (_slots, _firstSlot, _blocksPerSlot) = (slots, firstSlot, positions / BlockTokens);
        _free = new Stack<int>(Enumerable.Range(0, count * _blocksPerSlot).Reverse());
    }

    /// <summary>Fills a slot with the longest beginning of a prompt that is kept.</summary>
    /// <param name="slot">Not one of the cache's.</param>
    /// <param name="prompt">Tokens from position 0 on.</param>
    /// <param name="limit">Positions at most.</param>
    /// <returns>Positions filled.</returns>
    public int Load(int slot, ReadOnlySpan<int> prompt, int limit)
    {
        var block = _root;
        var position = 0;
        while (position + BlockTokens <= limit && block.Next(prompt.Slice(position, BlockTokens)) is { } next)
        {
            var (from, start) = At(next.Place);
            _slots.Copy(from, start, slot, position, BlockTokens);
            block = next;
            position += BlockTokens;
        }
        Touch(block);
        return position;
    }

    /// <summary>Keeps the whole blocks of a prompt that are not kept yet.</summary>
    /// <param name="slot">Holds the keys and values of all of the tokens, written by runs of several tokens.</param>
    /// <param name="prompt">Tokens from position 0 on.</param>
    public void Store(int slot, ReadOnlySpan<int> prompt)
    {
        var block = _root;
        for (var position = 0; position + BlockTokens <= prompt.Length; position += BlockTokens)
        {
            var tokens = prompt.Slice(position, BlockTokens);
            if (block.Next(tokens) is not { } next)
            {
                // So that making room never takes a block of this very prompt.
                Touch(block);
                if (Room(keep: block) is not { } place)
                {
                    return;
                }
                var (to, start) = At(place);
                _slots.Copy(slot, position, to, start, BlockTokens);
                next = block.Add(tokens, place);
                _recent.AddFirst(next.Use);
            }
            block = next;
        }
        Touch(block);
    }

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

    private (int Slot, int Position) At(int place) => (_firstSlot + (place / _blocksPerSlot), place % _blocksPerSlot * BlockTokens);
}
