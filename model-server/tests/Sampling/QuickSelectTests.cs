using ElasticSynapse.ModelServer.Sampling;
using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.ModelServer.Tests.Sampling;

public class QuickSelectTests
{
    [Fact]
    public void KthLargest_AnyValuesWithRepeats_EqualsSorting() => Prop
        .ForAll(ArbMap.Default.ArbFor<NonEmptyArray<sbyte>>(), ArbMap.Default.ArbFor<PositiveInt>(), (values, rank) =>
        {
            var floats = values.Get.Select(value => (float)value).ToArray();
            var k = ((rank.Get - 1) % floats.Length) + 1;
            return QuickSelect.KthLargest([.. floats], k) == floats.OrderDescending().ElementAt(k - 1);
        })
        .QuickCheckThrowOnFailure();
}
