using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tool;

/// <summary>Writes config.json for a checkpoint that came without one, member by member as transformers names them.</summary>
internal static class HuggingFaceConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, Gpt2Config? gpt2, BertConfig? bert) =>
        File.WriteAllText(path, (gpt2 is not null ? Of(gpt2) : Of(bert!)).ToJsonString(Indented) + "\n");

    private static JsonObject Of(Gpt2Config config) => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["vocab_size"] = config.VocabularySize,
        ["n_positions"] = config.Positions,
        ["n_embd"] = config.HiddenSize,
        ["n_layer"] = config.Layers,
        ["n_head"] = config.Heads,
        ["n_inner"] = config.InnerSize,
        ["activation_function"] = ActivationNames.Of(config.Activation),
        ["layer_norm_epsilon"] = config.LayerNormEpsilon,
        ["tie_word_embeddings"] = config.TieWordEmbeddings,
        ["bos_token_id"] = config.BosTokenId,
        ["eos_token_id"] = config.EosTokenIds is [var end] ? end : new JsonArray([.. config.EosTokenIds.Select(id => (JsonNode)id)]),
    };

    private static JsonObject Of(BertConfig config) => new()
    {
        ["architectures"] = new JsonArray("BertForSequenceClassification"),
        ["model_type"] = "bert",
        ["vocab_size"] = config.VocabularySize,
        ["hidden_size"] = config.HiddenSize,
        ["num_hidden_layers"] = config.Layers,
        ["num_attention_heads"] = config.Heads,
        ["intermediate_size"] = config.IntermediateSize,
        ["hidden_act"] = ActivationNames.Of(config.Activation),
        ["max_position_embeddings"] = config.Positions,
        ["type_vocab_size"] = config.TokenTypes,
        ["layer_norm_eps"] = config.LayerNormEpsilon,
        ["pad_token_id"] = config.PadTokenId,
        ["problem_type"] = config.ProblemType switch
        {
            ProblemType.MultiLabel => "multi_label_classification",
            ProblemType.SingleLabel => "single_label_classification",
            ProblemType.Regression => "regression",
            _ => null,
        },
        ["id2label"] = new JsonObject(config.Labels.Select((label, i) => KeyValuePair.Create(i.ToString(CultureInfo.InvariantCulture), (JsonNode?)label))),
        ["label2id"] = new JsonObject(config.Labels.Select((label, i) => KeyValuePair.Create(label, (JsonNode?)i))),
    };
}
