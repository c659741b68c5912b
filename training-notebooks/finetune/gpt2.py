"""GPT-2 in plain PyTorch, with Hugging Face's tensor names and orientation, so that its weights go in and out unchanged."""
import math

import torch
from torch import nn
from torch.nn import functional

from .checkpoint import load_folder, save_folder


class Conv1D(nn.Module):
    """A linear layer that stores its weight as [inputs, outputs], the transpose of nn.Linear's."""

    def __init__(self, inputs, outputs, spread):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * spread)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, width, heads, dropout, spread, output_spread):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.c_attn = Conv1D(width, 3 * width, spread)
        self.c_proj = Conv1D(width, width, output_spread)

    def forward(self, x):
        batch, length, width = x.shape
        # [batch, heads, length, head size] each
        query, key, value = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(width, dim=2))
        scores = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        weights = self.dropout(scores.masked_fill(future, float("-inf")).softmax(dim=-1))
        return self.c_proj((weights @ value).transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, width, inner, spread, output_spread):
        super().__init__()
        self.c_fc = Conv1D(width, inner, spread)
        self.c_proj = Conv1D(inner, width, output_spread)

    def forward(self, x):
        return self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon, spread = config["n_embd"], config["layer_norm_epsilon"], config["initializer_range"]
        # GPT-2: what is added to the residual stream starts smaller the more layers add to it.
        output_spread = spread / math.sqrt(2 * config["n_layer"])
        self.ln_1 = nn.LayerNorm(width, eps=epsilon)
        self.attn = Attention(width, config["n_head"], config["attn_pdrop"], spread, output_spread)
        self.ln_2 = nn.LayerNorm(width, eps=epsilon)
        self.mlp = Mlp(width, config["n_inner"] or 4 * width, spread, output_spread)
        self.dropout = nn.Dropout(config["resid_pdrop"])

    def forward(self, x):
        x = x + self.dropout(self.attn(self.ln_1(x)))
        return x + self.dropout(self.mlp(self.ln_2(x)))


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config["vocab_size"], config["n_embd"])
        self.wpe = nn.Embedding(config["n_positions"], config["n_embd"])
        nn.init.normal_(self.wte.weight, std=config["initializer_range"])
        nn.init.normal_(self.wpe.weight, std=config["initializer_range"])
        self.drop = nn.Dropout(config["embd_pdrop"])
        self.h = nn.ModuleList(Block(config) for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])


def new_config(vocabulary_size, end_of_text, positions, width, heads, layers, dropout):
    """A config.json for a model from scratch."""
    return {
        "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": dropout, "bos_token_id": end_of_text,
        "embd_pdrop": dropout, "eos_token_id": end_of_text, "initializer_range": 0.02, "layer_norm_epsilon": 1e-5,
        "model_type": "gpt2", "n_ctx": positions, "n_embd": width, "n_head": heads, "n_inner": None, "n_layer": layers,
        "n_positions": positions, "resid_pdrop": dropout, "scale_attn_weights": True, "tie_word_embeddings": True,
        "torch_dtype": "float32", "use_cache": True, "vocab_size": vocabulary_size,
    }


class Gpt2(nn.Module):
    DEFAULTS = {"n_inner": None, "layer_norm_epsilon": 1e-5, "initializer_range": 0.02, "attn_pdrop": 0.1, "embd_pdrop": 0.1, "resid_pdrop": 0.1}

    def __init__(self, config):
        super().__init__()
        self.config = {**self.DEFAULTS, **config}
        self.transformer = Transformer(self.config)

    def forward(self, ids):
        """ids [batch, length] -> logits [batch, length, vocabulary]; the head is the token embedding."""
        body = self.transformer
        x = body.drop(body.wte(ids) + body.wpe(torch.arange(ids.shape[1], device=ids.device)))
        for block in body.h:
            x = block(x)
        return body.ln_f(x) @ body.wte.weight.t()

    def layer_matrices(self):
        """[(matrix [inputs, outputs], how many it is put together from)] of the layers."""
        return [(parameter, 3 if name.endswith("c_attn.weight") else 1)
                for name, parameter in self.transformer.h.named_parameters() if parameter.ndim == 2]

    def loss(self, blocks):
        """Mean cross-entropy of blocks [batch, positions + 1]: each token from those before it; -100 is not counted."""
        inputs, targets = blocks[:, :-1], blocks[:, 1:]
        logits = self(inputs.clamp(min=0))
        return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), targets.reshape(-1), ignore_index=-100)

    @staticmethod
    def load(folder):
        """From a Hugging Face folder, with or without the prefix `transformer.`."""
        config, tensors = load_folder(folder)
        unsupported = {"model_type": "gpt2", "activation_function": "gelu_new", "scale_attn_weights": True,
                       "scale_attn_by_inverse_layer_idx": False, "tie_word_embeddings": True}
        for name, supported in unsupported.items():
            if config.get(name, supported) != supported:
                raise ValueError(f"{folder}: {name} is {config[name]!r}; this model has {supported!r}")
        config.setdefault("n_positions", config.get("n_ctx", 1024))
        model = Gpt2(config)
        names = model.state_dict().keys()
        tensors = {"transformer." + name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}
        missing = names - tensors.keys()
        if missing:
            raise ValueError(f"{folder} lacks {sorted(missing)}")
        model.load_state_dict({name: tensors[name] for name in names})  # leaves out mask buffers and the tied lm_head
        return model.eval()

    def save(self, folder, tokenizer, dtype=None):
        """The whole Hugging Face folder: config, generation config, weights, vocabulary."""
        end = {"bos_token_id": self.config["bos_token_id"], "eos_token_id": self.config["eos_token_id"]}
        save_folder(folder, self.state_dict(), self.config, {**end, "do_sample": True, "temperature": 0.8, "top_p": 0.95}, dtype)
        tokenizer.save(folder)

    @torch.no_grad()
    def log_probabilities(self, ids):
        """[length - 1] log-probability of each token of `ids` but the first, given those before it."""
        ids = torch.tensor([ids], device=self.transformer.wte.weight.device)
        return self(ids)[0, :-1].float().log_softmax(dim=-1).gather(1, ids[0, 1:, None])[:, 0].cpu()

    @torch.no_grad()
    def generate(self, ids, count, temperature=0.8, top_p=0.95, seed=0):
        """`ids` and up to `count` sampled tokens; ends at end-of-text, temperature 0 takes the likeliest."""
        device, generator = self.transformer.wte.weight.device, torch.Generator().manual_seed(seed)
        ids = list(ids)
        for _ in range(count):
            logits = self(torch.tensor([ids[-self.config["n_positions"]:]], device=device))[0, -1].float().cpu()
            if temperature == 0:
                ids.append(int(logits.argmax()))
            else:
                probabilities, order = (logits / temperature).softmax(0).sort(descending=True)
                probabilities[(probabilities.cumsum(0) - probabilities) >= top_p] = 0
                ids.append(int(order[torch.multinomial(probabilities, 1, generator=generator)]))
            if ids[-1] == self.config["eos_token_id"]:
                break
        return ids


def perplexity(model, documents, end_of_text):
    """(perplexity, tokens): exp of the mean negative log-probability over all tokens of all `documents` (lists of ids).

    Each document stands alone: <|endoftext|>, its tokens, <|endoftext|>, cut to as many tokens as the model takes. Every
    token but the first is scored, the closing <|endoftext|> too.
    """
    total, count = 0.0, 0
    for document in documents:
        scored = model.log_probabilities(scored_sequence(document, end_of_text, model.config["n_positions"]))
        total, count = total - scored.double().sum().item(), count + len(scored)
    return math.exp(total / count), count


def scored_sequence(document, end_of_text, positions):
    return [end_of_text, *document, end_of_text][:positions]
