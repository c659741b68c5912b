namespace ElasticSynapse.Serving.Models;

/// <summary>A checkpoint folder that cannot be served. The message is one line: file, what was found, what is accepted.</summary>
public sealed class CheckpointException(string message, Exception? innerException = null) : Exception(message, innerException);
