"""One training loop for both notebooks: AdamW or Muon, warm-up and cosine, held-out loss, early stopping, resumable.

Which examples a step takes and what its dropout drops are pure functions of the seed and the step. A run that was
interrupted and resumed therefore ends with the same weights as one that was not.
"""
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch

from .checkpoint import load_training, save_training
from .muon import Muon


@dataclass
class TrainingSettings:
    steps: int
    learning_rate: float = 1e-3
    """Highest learning rate, reached after the warm-up."""
    matrix_learning_rate: float = 0.0
    """Of Muon, for the model's `layer_matrices()`; AdamW has the rest. 0: AdamW has everything."""
    warmup_steps: int = 100
    final_fraction: float = 0.1
    """What the cosine falls to, as a fraction of `learning_rate`."""
    weight_decay: float = 0.1
    """Of matrices; biases, gains and other vectors have none, and embeddings none where Muon has the matrices."""
    betas: tuple = (0.9, 0.98)
    clip_norm: float = 1.0
    evaluate_every: int = 100
    """Steps between two held-out losses. A checkpoint is written at each."""
    patience: int = 0
    """Evaluations without a better held-out loss after which training stops; 0 is never."""
    seed: int = 1
    end_at: int = 0
    """Step to end at before `steps` where time is short, also of a run that is under way; 0 is none. Over the last fifth before it
    the learning rate falls to `final_fraction`; until then everything is as it would be without."""

    @property
    def last_step(self):
        return min(self.end_at or self.steps, self.steps)


class Batches:
    """Indices of the examples of each step: every epoch a new shuffle, each a function of seed and epoch alone."""

    def __init__(self, examples, size, seed):
        self.examples, self.size, self.seed = examples, size, seed
        self._epoch, self._order = -1, None

    def at(self, step):
        """[size] indices of the examples of `step`, counted from 0."""
        return torch.tensor([self._at(step * self.size + i) for i in range(self.size)])

    def _at(self, position):
        epoch = position // self.examples
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch, self._order = epoch, torch.randperm(self.examples, generator=generator).tolist()
        return self._order[position % self.examples]


def learning_rate_at(step, settings):
    """Linear warm-up, then a cosine down to `final_fraction`, or a line where the run ends early. Steps count from 0."""
    cool_down = settings.end_at // 5
    first = settings.end_at - cool_down
    if 0 < settings.end_at < settings.steps and step > first:
        planned, final = learning_rate_at(first, settings), settings.learning_rate * settings.final_fraction
        return final + (planned - final) * max(0, settings.end_at - step) / cool_down
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    progress = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return settings.learning_rate * (settings.final_fraction + (1 - settings.final_fraction) * cosine)


def best_device():
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed_precision(device):
    """autocast for a GPU: bfloat16 from Ampere on, float16 before; nothing on a CPU."""
    if device.type != "cuda":
        return nullcontext()
    return torch.autocast("cuda", dtype=torch.bfloat16 if _has_bfloat16() else torch.float16)


def _has_bfloat16():
    return torch.cuda.get_device_capability()[0] >= 8


def _gradient_scaler(device):
    # Only float16 needs scaling. PyTorch moved the class; 1.13 has it in torch.cuda.amp alone.
    enabled = device.type == "cuda" and not _has_bfloat16()
    return torch.amp.GradScaler("cuda", enabled=enabled) if hasattr(torch.amp, "GradScaler") else torch.cuda.amp.GradScaler(enabled=enabled)


def _optimizers(model, settings):
    if settings.matrix_learning_rate:
        layers = model.layer_matrices()
        ours = {id(matrix) for matrix, _ in layers}
        rest = [parameter for parameter in model.parameters() if id(parameter) not in ours]
        return [Muon([{"params": [matrix], "parts": parts} for matrix, parts in layers], settings.matrix_learning_rate,
                     weight_decay=settings.weight_decay),
                torch.optim.AdamW(rest, settings.learning_rate, settings.betas, weight_decay=0.0)]
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return [torch.optim.AdamW(groups, lr=settings.learning_rate, betas=settings.betas)]


def _copy(state):
    return {name: tensor.detach().cpu().clone() for name, tensor in state.items()}


def train(model, loss_of_step, held_out_loss, settings, checkpoint=None, after_evaluation=None):
    """Trains `model` in place, leaves it with the weights of the lowest held-out loss, and returns the history.

    loss_of_step(step) -> scalar loss of that step's batch; called with the model in training mode, under autocast.
    held_out_loss() -> float; called with the model in evaluation mode, without gradients, under autocast.
    checkpoint: a file to go on from where it exists, and to write at every evaluation.
    after_evaluation(row): for progress and samples; the model is in evaluation mode.

    A row of the history: step, training_loss (mean since the row before), held_out_loss, learning_rate, seconds, best.
    """
    device = next(model.parameters()).device
    optimizers, scaler = _optimizers(model, settings), _gradient_scaler(device)
    highest = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
    history, best, first_step = [], _copy(model.state_dict()), 0
    if checkpoint is not None and Path(checkpoint).exists():
        state = load_training(checkpoint)
        model.load_state_dict(state["model"])
        for optimizer, kept in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        scaler.load_state_dict(state["scaler"])
        history, best, first_step = state["history"], state["best"], state["step"]

    started = time.monotonic() - (history[-1]["seconds"] if history else 0.0)
    running, counted = 0.0, 0
    for step in range(first_step, settings.last_step):
        if _out_of_patience(history, settings):
            break
        torch.manual_seed(settings.seed * 1_000_003 + step)
        model.train()
        learning_rate = learning_rate_at(step, settings)
        for optimizer, rates in zip(optimizers, highest):
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * learning_rate / settings.learning_rate
        with mixed_precision(device):
            loss = loss_of_step(step)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss of step {step} is {loss.item()}: lower the learning rate")
        model.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        for optimizer in optimizers:
            scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()
        running, counted = running + loss.item(), counted + 1

        done = step + 1
        if done % settings.evaluate_every and done != settings.last_step:
            continue
        model.eval()
        with torch.no_grad(), mixed_precision(device):
            held_out = float(held_out_loss())
        improved = all(held_out < row["held_out_loss"] for row in history)
        if improved:
            best = _copy(model.state_dict())
        history.append({"step": done, "training_loss": running / counted, "held_out_loss": held_out,
                        "learning_rate": learning_rate, "seconds": time.monotonic() - started, "best": improved})
        running, counted = 0.0, 0
        if checkpoint is not None:
            save_training(checkpoint, {"step": done, "model": _copy(model.state_dict()), "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                                       "scaler": scaler.state_dict(), "history": history, "best": best})
        if after_evaluation is not None:
            with torch.no_grad():
                after_evaluation(history[-1])
    model.load_state_dict(best)
    model.eval()
    return history


def _out_of_patience(history, settings):
    if not settings.patience or not history:
        return False
    last_best = max(index for index, row in enumerate(history) if row["best"])
    return len(history) - 1 - last_best >= settings.patience
