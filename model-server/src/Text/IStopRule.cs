namespace ElasticSynapse.ModelServer.Text;

/// <summary>Decides where a text that arrives in pieces, one a token, ends. One per sequence.</summary>
internal interface IStopRule
{
    /// <summary>True once the text has ended; what follows is dropped.</summary>
    bool Stopped { get; }

    /// <summary>Whether the next token ends the text though it is not shown, being a special one.</summary>
    /// <param name="text">Of the token.</param>
    bool EndsAtHidden(string text);

    /// <summary>Takes the next piece and returns what may be shown now.</summary>
    string Append(string piece);

    /// <summary>What was held back when the text ends otherwise.</summary>
    string Flush();
}
