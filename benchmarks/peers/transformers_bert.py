"""Hugging Face transformers on the CPU, classifying. Arguments: checkpoint, fp32 or int8. Reads lines "tokens seconds round";
answers each with the texts per second, in batches of the size that is fastest for the length."""
import os
import sys
import time

import torch
from transformers import BertForSequenceClassification

torch.set_num_threads(len(os.sched_getaffinity(0)))
model = BertForSequenceClassification.from_pretrained(sys.argv[1]).eval()
if sys.argv[2] == "int8":
    model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)

with torch.inference_mode():
    print("ready", flush=True)
    for line in sys.stdin:
        tokens, seconds, seed = map(int, line.split())
        torch.manual_seed(seed)
        batch = 32 if tokens <= 32 else 8
        ids = torch.randint(5, model.config.vocab_size, (batch, tokens))
        start = time.perf_counter()
        texts = 0
        while time.perf_counter() - start < seconds:
            model(ids)
            texts += batch
        print(texts / (time.perf_counter() - start), flush=True)
