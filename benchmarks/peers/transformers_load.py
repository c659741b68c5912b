"""Hugging Face transformers loading a GPT-2 on the CPU: waits for a line, answers it with the seconds from the folder to the
logits of one token."""
import os
import sys
import time

import torch
from transformers import GPT2LMHeadModel

torch.set_num_threads(len(os.sched_getaffinity(0)))
print("ready", flush=True)
sys.stdin.readline()
start = time.perf_counter()
model = GPT2LMHeadModel.from_pretrained(sys.argv[1]).eval()
with torch.inference_mode():
    model(torch.zeros((1, 1), dtype=torch.int64))
print(time.perf_counter() - start, flush=True)
sys.stdin.readline()
