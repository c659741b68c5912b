namespace ElasticSynapse.ModelServer.Scheduling;

/// <summary>Which requests take free slots first.</summary>
internal enum Priority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Takes what interactive requests leave, and now and then a slot before them, so that it never stands still.</summary>
    Batch,
}
