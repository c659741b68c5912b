namespace ElasticSynapse.Classifier.Reading;

/// <summary>What becomes of a text with more tokens than the model takes.</summary>
internal enum LongTexts
{
    /// <summary>Its beginning is read: what the checkpoint's tokenizer does.</summary>
    CutEnd,

    /// <summary>Its end is read.</summary>
    CutBeginning,

    /// <summary>All of it is read, window by window.</summary>
    Windows,

    /// <summary>The request is refused.</summary>
    Refuse,
}
