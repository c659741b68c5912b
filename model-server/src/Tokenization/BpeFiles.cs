using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.ModelServer.Tokenization;

/// <summary>What the files of a tokenizer say, before it is checked.</summary>
/// <param name="VocabularyFile">Path, for messages.</param>
/// <param name="MergesFile">Path, for messages.</param>
/// <param name="Tokens">Token in the byte alphabet, to id.</param>
/// <param name="Merges">In the order of their ranks; Place is where in the file, for messages.</param>
/// <param name="AddedTokens">Tokens matched as a whole.</param>
/// <param name="Around">Tokens that every prompt has around it; null where these files don't tell.</param>
/// <param name="AddsPrefixSpace">Whether a text that does not begin with a blank gets one in front.</param>
internal sealed record BpeFiles(
    string VocabularyFile,
    string MergesFile,
    IReadOnlyDictionary<string, int> Tokens,
    IReadOnlyList<(string Left, string Right, string Place)> Merges,
    IReadOnlyList<AddedToken> AddedTokens,
    TokensAround? Around = null,
    bool AddsPrefixSpace = false);
