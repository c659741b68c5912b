using ElasticSynapse.ModelServer.Tokenization;
using ElasticSynapse.Tests;

namespace ElasticSynapse.ModelServer.Tests.Tokenization;

/// <summary>The vocabularies under tests/data, loaded once.</summary>
internal static class Vocabularies
{
    /// <summary>GPT-2's own: 50,257 tokens, OpenAI's file names.</summary>
    public static BpeTokenizer Gpt2 { get; } = BpeTokenizer.Load(RepositoryFiles.Data("gpt2-vocabulary"));

    /// <summary>A small one, Hugging Face's file names.</summary>
    public static BpeTokenizer Small { get; } = BpeTokenizer.Load(RepositoryFiles.Data("huggingface", "gpt2"));
}
