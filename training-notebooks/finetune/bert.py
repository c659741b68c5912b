"""BertForSequenceClassification in plain PyTorch, its tensors named as Hugging Face names them."""
import math

import torch
from torch import nn
from torch.nn import functional

from .checkpoint import load_folder

ACTIVATIONS = {"gelu": functional.gelu, "relu": functional.relu, "gelu_new": lambda x: functional.gelu(x, approximate="tanh"),
               "gelu_pytorch_tanh": lambda x: functional.gelu(x, approximate="tanh")}


def configuration(labels, vocabulary, width, layers, heads, positions, inner=None, dropout=0.1):
    """config.json of a multi-label classifier."""
    return {
        "architectures": ["BertForSequenceClassification"], "model_type": "bert", "problem_type": "multi_label_classification",
        "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": heads,
        "intermediate_size": inner or 4 * width, "hidden_act": "gelu", "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout, "max_position_embeddings": positions, "type_vocab_size": 2,
        "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute",
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)},
    }


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], width)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], width)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], width)
        self.LayerNorm = nn.LayerNorm(width, eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, ids):  # [batch, length] -> [batch, length, width]
        positions = torch.arange(ids.shape[1], device=ids.device)
        summed = self.word_embeddings(ids) + self.position_embeddings(positions) + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(summed))


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.dropout = nn.Dropout(config["attention_probs_dropout_prob"])

    def forward(self, hidden, bias):  # bias: [batch, 1, 1, length], 0 or -inf
        batch, length, width = hidden.shape
        split = lambda x: x.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
        query, key, value = split(self.query(hidden)), split(self.key(hidden)), split(self.value(hidden))
        scores = query @ key.transpose(2, 3) / math.sqrt(width // self.heads) + bias  # [batch, heads, length, length]
        return (self.dropout(scores.softmax(-1)) @ value).transpose(1, 2).reshape(batch, length, width)


class Residual(nn.Module):
    """dense, then added to what came in, then normalized."""

    def __init__(self, config, inner):
        super().__init__()
        self.dense = nn.Linear(inner, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, inner, hidden):
        return self.LayerNorm(self.dropout(self.dense(inner)) + hidden)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": Residual(config, config["hidden_size"])})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config["hidden_size"], config["intermediate_size"])})
        self.output = Residual(config, config["intermediate_size"])
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, hidden, bias):
        hidden = self.attention["output"](self.attention["self"](hidden, bias), hidden)
        return self.output(self.activation(self.intermediate["dense"](hidden)), hidden)


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(config["hidden_size"], config["hidden_size"])})

    def forward(self, ids, mask):
        # The dtype of autocast's scores has a smaller range than float32's minimum.
        bias = torch.zeros(mask.shape, device=ids.device).masked_fill(~mask.bool(), -1e4)[:, None, None, :]
        hidden = self.embeddings(ids)
        for layer in self.encoder["layer"]:
            hidden = layer(hidden, bias)
        return torch.tanh(self.pooler["dense"](hidden[:, 0]))


class BertForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])
        self.classifier = nn.Linear(config["hidden_size"], len(config["id2label"]))
        self.apply(self._initialize)

    def _initialize(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=self.config["initializer_range"])
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)

    def forward(self, ids, mask):
        """ids and mask (1 real, 0 padding): [batch, length]. Returns logits [batch, labels]."""
        return self.classifier(self.dropout(self.bert(ids, mask)))


def load(folder, labels=None):
    """The model of a Hugging Face folder. `labels`: start a new classifier for these on top of a base model's layers.

    A base model without the prefix `bert.`, or with pre-training heads, is read too.
    """
    config, tensors = load_folder(folder)
    if labels is not None:
        fresh = configuration(labels, 0, config["hidden_size"], 0, 0, 0)
        config = {**config, **{name: fresh[name] for name in ("architectures", "problem_type", "id2label", "label2id")}}
    config.setdefault("hidden_act", "gelu")
    config.setdefault("layer_norm_eps", 1e-12)
    model = BertForSequenceClassification(config)
    wanted = model.state_dict()
    found = {}
    for name, tensor in tensors.items():
        name = name.removeprefix("module.").replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        name = name if name in wanted else "bert." + name
        if name in wanted and not (labels is not None and name.startswith("classifier.")):
            found[name] = tensor
    missing = [name for name in wanted if name not in found and not (labels is not None and name.startswith(("classifier.", "bert.pooler.")))]
    if missing:
        raise ValueError(f"{folder} lacks {', '.join(missing)}")
    model.load_state_dict(found, strict=False)
    return model.eval()
