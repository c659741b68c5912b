"""What the training notebooks share: plain PyTorch that reads and writes Hugging Face folders."""
