using FsCheck;
using FsCheck.Fluent;

namespace ElasticSynapse.Serving.Tests.Models;

/// <summary>Checks a property on generated values, the same ones in every run.</summary>
internal static class SeededCheck
{
    public static void ForAll<T>(Gen<T> values, Func<T, bool> property, int runs = 100) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(20260101, 1), Prop.ForAll(values.ToArbitrary(), property));
}
