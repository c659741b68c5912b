"""Writes checkpoints of the real sizes with random weights: speed and memory do not depend on their values."""
import os
import shutil

import torch
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

torch.manual_seed(0)
# n_ctx is no default of transformers any more, and llama.cpp's converter reads it.
gpt2 = GPT2LMHeadModel(GPT2Config(n_ctx=1024))
gpt2.save_pretrained("gpt2-124m")
os.makedirs("gpt2-124m-bin", exist_ok=True)
shutil.copy("gpt2-124m/config.json", "gpt2-124m-bin")
torch.save(gpt2.state_dict(), "gpt2-124m-bin/pytorch_model.bin")
BertForSequenceClassification(BertConfig(num_labels=6, problem_type="multi_label_classification")).save_pretrained("bert-base")

# A vocabulary of that size in which every word of the benchmark's texts is one token.
with open("bert-base/vocab.txt", "w", encoding="utf-8") as vocabulary:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens += [f"word{i}" for i in range(BertConfig().vocab_size - len(tokens))]
    vocabulary.write("".join(token + "\n" for token in tokens))
