using ElasticSynapse.Classifier.Inference;
using ElasticSynapse.Classifier.Reading;
using ElasticSynapse.Serving.Hosting.Errors;

namespace ElasticSynapse.Classifier.Tests.Reading;

public sealed class PaddedIdsTests
{
    private readonly PaddedIds _padded = new(maxTokens: 4, vocabulary: 10, tokenTypes: 2);

    [Fact]
    public void Read_Padding_IsCutOff() =>
        Assert.Equal(new TokenSequence([2, 7, 3]), _padded.Read("ids", [2, 7, 3, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]));

    [Fact]
    public void Read_TypesOfAPair_AreKept() =>
        Assert.Equal(new TokenSequence([2, 7, 3], [0, 1, 1]), _padded.Read("ids", [2, 7, 3, 0], [1, 1, 1, 0], [0, 1, 1, 0]));

    [Fact]
    public void Read_IdsAlone_AreAllTokens() => Assert.Equal(new TokenSequence([2, 0, 3]), _padded.Read("ids", [2, 0, 3], [], []));

    [Theory]
    [InlineData(new long[] { 1, 1, 1, 1, 1 }, new long[0], new long[0], "'ids' has 5 tokens; this model takes 1 to 4, [CLS] and [SEP] among them")]
    [InlineData(new long[] { 1 }, new long[] { 0 }, new long[0], "'ids' has 0 tokens; this model takes 1 to 4, [CLS] and [SEP] among them")]
    [InlineData(new long[] { 10 }, new long[0], new long[0], "'ids' has the token id 10; the model has 10 tokens, from 0")]
    [InlineData(new long[] { 1, 1 }, new long[] { 1, 2 }, new long[0], "'ids' has an input_mask with other values than ones and then zeros")]
    [InlineData(new long[] { 1, 1 }, new long[] { 0, 1 }, new long[0], "'ids' has an input_mask with other values than ones and then zeros")]
    [InlineData(new long[] { 1 }, new long[0], new long[] { 0, 0 }, "'ids' has 1 input_ids and 2 segment_ids; accepted: as many")]
    [InlineData(new long[] { 1 }, new long[0], new long[] { -1 }, "'ids' has the segment id -1; the model has 2 types, from 0")]
    public void Read_WhatTheModelCannotRead_IsRefused(long[] ids, long[] mask, long[] types, string message) =>
        Assert.Equal(message, Assert.Throws<ApiException>(() => _padded.Read("ids", ids, mask, types)).Message);
}
