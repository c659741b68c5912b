"""Hugging Face transformers on the CPU, generating greedily. Reads lines "batch prompt-tokens new-tokens"; answers each with
the seconds until the first tokens and until the last."""
import os
import sys
import time

import torch
from transformers import GPT2LMHeadModel

torch.set_num_threads(len(os.sched_getaffinity(0)))
model = GPT2LMHeadModel.from_pretrained(sys.argv[1]).eval()


def seconds(prompt, new_tokens):
    start = time.perf_counter()
    model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=new_tokens, min_new_tokens=new_tokens,
                   do_sample=False, pad_token_id=model.config.eos_token_id)
    return time.perf_counter() - start


with torch.inference_mode():
    print("ready", flush=True)
    for line in sys.stdin:
        batch, prompt_tokens, new_tokens = map(int, line.split())
        prompt = torch.randint(256, model.config.vocab_size, (batch, prompt_tokens))
        first = seconds(prompt, 1)
        print(first, seconds(prompt, new_tokens), flush=True)
