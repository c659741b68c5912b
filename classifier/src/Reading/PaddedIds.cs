using System.Globalization;
using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Reading;

/// <summary>Takes sequences that a client has tokenized and padded itself.</summary>
/// <param name="maxTokens">Most tokens of a sequence without its padding.</param>
/// <param name="vocabulary">Rows of the model's token embedding.</param>
/// <param name="tokenTypes">Rows of its token type embedding.</param>
internal sealed class PaddedIds(int maxTokens, int vocabulary, int tokenTypes)
{
    /// <param name="name">The input, as errors call it.</param>
    /// <param name="ids">[padded].</param>
    /// <param name="mask">[padded]: 1 for tokens and then 0 for padding; empty where nothing is padded.</param>
    /// <param name="types">[padded]; empty where all are 0.</param>
    /// <exception cref="ApiException">No sequence that the model can read.</exception>
    public TokenSequence Read(string name, ReadOnlySpan<long> ids, ReadOnlySpan<long> mask, ReadOnlySpan<long> types)
    {
        CheckLength(name, "input_mask", ids.Length, mask.Length);
        CheckLength(name, "segment_ids", ids.Length, types.Length);
        var length = Unpadded(name, ids.Length, mask);
        if (length == 0 || length > maxTokens)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has {length:N0} tokens; this model takes 1 to {maxTokens:N0}, [CLS] and [SEP] among them"));
        }
        var tokens = Within(ids[..length], vocabulary, name, "token id", "tokens");
        return types.IsEmpty || !types[..length].ContainsAnyExcept(0)
            ? new TokenSequence(tokens)
            : new TokenSequence(tokens, Within(types[..length], tokenTypes, name, "segment id", "types"));
    }

    private static void CheckLength(string name, string other, int ids, int values)
    {
        if (values != 0 && values != ids)
        {
            throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has {ids:N0} input_ids and {values:N0} {other}; accepted: as many"));
        }
    }

    // A hole inside would move no other token to another position, so it can't be cut out.
    private static int Unpadded(string name, int padded, ReadOnlySpan<long> mask)
    {
        if (mask.IsEmpty)
        {
            return padded;
        }
        var length = mask.IndexOfAnyExcept(1);
        length = length < 0 ? padded : length;
        return mask[length..].ContainsAnyExcept(0)
            ? throw ApiException.Invalid(name, $"'{name}' has an input_mask with other values than ones and then zeros")
            : length;
    }

    private static int[] Within(ReadOnlySpan<long> values, int rows, string name, string what, string owner)
    {
        var checkedValues = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            checkedValues[i] = values[i] >= 0 && values[i] < rows ? (int)values[i] : throw ApiException.Invalid(name, string.Create(CultureInfo.InvariantCulture,
                $"'{name}' has the {what} {values[i]}; the model has {rows:N0} {owner}, from 0"));
        }
        return checkedValues;
    }
}
