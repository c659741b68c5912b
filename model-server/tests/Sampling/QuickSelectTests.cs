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

    [Fact]
    public void SmallestReaching_AnyWeightsWithRepeats_EqualsSorting() => Prop
        .ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), ArbMap.Default.ArbFor<byte>(), (values, share) =>
        {
            // Whole numbers, so that sums are exact in any order.
            var weights = values.Get.Select(value => value + 1.0).ToArray();
            var mass = Math.Floor(weights.Sum() * share / byte.MaxValue);
            var (least, ties) = QuickSelect.SmallestReaching([.. weights], mass);

            var sorted = weights.OrderDescending().ToArray();
            var before = 0.0;
            var count = 0;
            for (; count == 0 || (count < sorted.Length && before < mass); count++)
            {
                before += sorted[count];
            }
            return least == sorted[count - 1] && weights.Count(weight => weight > least) + ties == count;
        })
        .QuickCheckThrowOnFailure();
}
