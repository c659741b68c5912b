using System.ComponentModel.DataAnnotations;
using ElasticSynapse.Serving.Hosting.Model;

namespace ElasticSynapse.Classifier;

/// <summary>What a classifier has besides a checkpoint's address and name. Bound from "Model".</summary>
internal sealed class ClassifierModelOptions : ModelOptions
{
    /// <summary>Most tokens of a text, with [CLS] and [SEP], for models that were trained on shorter texts than they have
    /// positions for. Default: the smaller of the tokenizer's model_max_length and the model's max_position_embeddings.</summary>
    [Range(2, 1_048_576, ErrorMessage = "must be between 2 and the model's positions")]
    public int? MaxSequenceLength { get; set; }

    /// <summary>The label under which TensorFlow Serving's clients may ask for this version when no gateway, which knows all
    /// labels, stands before it. Default stable.</summary>
    [RegularExpression("^[A-Za-z0-9_]+$", ErrorMessage = "must be letters, digits and '_'")]
    public string Label { get; set; } = "stable";
}
