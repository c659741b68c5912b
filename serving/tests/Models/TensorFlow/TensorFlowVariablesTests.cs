using ElasticSynapse.Serving.Models;

namespace ElasticSynapse.Serving.Tests.Models;

public sealed class TensorFlowVariablesTests
{
    [Theory]
    [InlineData("model/wte", "wte.weight")]
    [InlineData("model/wpe", "wpe.weight")]
    [InlineData("model/h0/ln_1/g", "h.0.ln_1.weight")]
    [InlineData("model/h11/ln_2/b", "h.11.ln_2.bias")]
    [InlineData("model/h3/attn/c_attn/w", "h.3.attn.c_attn.weight")]
    [InlineData("model/h3/mlp/c_proj/b", "h.3.mlp.c_proj.bias")]
    [InlineData("model/ln_f/g", "ln_f.weight")]
    [InlineData("something/else", "something/else")]
    public void Normalize_OpenAiGpt2_NameOfTheGraph(string variable, string expected) => Assert.Equal(expected, TensorNaming.Gpt2.Normalize(variable));

    [Theory]
    [InlineData("bert/embeddings/word_embeddings", "embeddings.word_embeddings.weight")]
    [InlineData("bert/embeddings/token_type_embeddings", "embeddings.token_type_embeddings.weight")]
    [InlineData("bert/embeddings/LayerNorm/gamma", "embeddings.LayerNorm.weight")]
    [InlineData("bert/encoder/layer_11/attention/self/query/kernel", "encoder.layer.11.attention.self.query.weight")]
    [InlineData("bert/encoder/layer_0/attention/output/LayerNorm/beta", "encoder.layer.0.attention.output.LayerNorm.bias")]
    [InlineData("bert/encoder/layer_0/output/dense/bias", "encoder.layer.0.output.dense.bias")]
    [InlineData("bert/pooler/dense/kernel", "pooler.dense.weight")]
    [InlineData("output_weights", "classifier.weight")]
    [InlineData("output_bias", "classifier.bias")]
    [InlineData("cls/predictions/output_bias", null)]
    [InlineData("cls/seq_relationship/output_weights", null)]
    public void Normalize_GoogleBert_NameOfTheGraph(string variable, string? expected) => Assert.Equal(expected, TensorNaming.Bert.Normalize(variable));

    [Theory]
    [InlineData("model/h0/ln_1/g/Adam", true)]
    [InlineData("model/wte/Adam_1", true)]
    [InlineData("bert/pooler/dense/kernel/adam_m", true)]
    [InlineData("bert/pooler/dense/kernel/adam_v", true)]
    [InlineData("linear/w/Ftrl_1", true)]
    [InlineData("global_step", true)]
    [InlineData("training/AdamWeightDecayOptimizer/x", true)]
    [InlineData("bert/pooler/dense/kernel/AdamWeightDecayOptimizer_1", true)]
    [InlineData("beta1_power", true)]
    [InlineData("optimizer/learning_rate/.ATTRIBUTES/VARIABLE_VALUE", true)]
    [InlineData("bert/pooler/dense/kernel", false)]
    [InlineData("model/h0/ln_1/g", false)]
    public void IsOptimizerState_Name_TellsSlotsFromWeights(string name, bool expected) => Assert.Equal(expected, TensorFlowVariables.IsOptimizerState(name));
}
