namespace ElasticSynapse.ModelServer.Text;

/// <summary>Decides where a text that arrives in pieces ends. One per sequence.</summary>
internal interface IStopRule
{
    /// <summary>True once the text has ended; what follows is dropped.</summary>
    bool Stopped { get; }

    /// <summary>Takes the next piece and returns what may be shown now.</summary>
    string Append(string piece);

    /// <summary>What was held back when the text ends otherwise.</summary>
    string Flush();
}
