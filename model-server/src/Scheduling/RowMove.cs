namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Positions of a slot's sequence that belong into another slot.</summary>
/// <param name="From">Slot that has them, unchanged by the moves beside it.</param>
/// <param name="To">Slot that needs them.</param>
/// <param name="Start">First position in which the two differ.</param>
internal readonly record struct RowMove(int From, int To, int Start);
