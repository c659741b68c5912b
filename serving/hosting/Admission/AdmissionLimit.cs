namespace ElasticSynapse.Serving.Hosting.Admission;

/// <summary>How much may wait or run at a time.</summary>
/// <param name="Most">Of the unit.</param>
/// <param name="Unit">Plural, as messages name it: sequences, tokens.</param>
/// <param name="Option">What sets it, as an environment variable.</param>
public sealed record AdmissionLimit(long Most, string Unit, string Option);
