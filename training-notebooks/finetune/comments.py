"""Labelled comments: the Jigsaw toxic comment CSV's columns, splits, weights of rare labels, batches."""
import csv

import numpy as np
import torch

from .training import Batches

LABELS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")


def read(path):
    """(texts, labels [texts, 6] of 0 and 1). Rows that Jigsaw left out of its scoring (-1) are skipped."""
    texts, labels = [], []
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = {"comment_text", *LABELS} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path} lacks the columns {', '.join(sorted(missing))}")
        for row in reader:
            values = [int(row[label]) for label in LABELS]
            if -1 not in values:
                texts.append(row["comment_text"])
                labels.append(values)
    return texts, np.array(labels, dtype=np.int64).reshape(-1, len(LABELS))


def split(count, shares, seed):
    """`count` indices shuffled and cut into len(shares) + 1 parts; the first part is what the shares leave."""
    order = np.random.default_rng(seed).permutation(count)
    sizes = [int(count * share) for share in shares]
    cuts = np.cumsum([count - sum(sizes), *sizes])[:-1]
    return np.split(order, cuts)


def positive_weights(labels, power=0.5, highest=10.0):
    """[labels] how much more a positive counts than a negative: (negatives / positives) ** power, from 1 to `highest`.

    1 would make both sides count the same, which is much for a label of one comment in a hundred; 0 leaves the loss as it is.
    """
    positives = labels.sum(0)
    return np.clip(((len(labels) - positives) / np.maximum(positives, 1)) ** power, 1.0, highest)


def pad(sequences, padding):
    """(ids, mask), both [sequences, longest]."""
    longest = max(map(len, sequences))
    ids = torch.full((len(sequences), longest), padding)
    mask = torch.zeros((len(sequences), longest), dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, :len(sequence)] = torch.tensor(sequence)
        mask[row, :len(sequence)] = 1
    return ids, mask


def with_word_noise(ids, mask, rate, vocabulary, first=5):
    """`ids` with a share `rate` of the tokens between [CLS] and [SEP] replaced by random ones, from `first` to `vocabulary` - 1.

    Keeps a small model from learning sentences by heart, and teaches it that a word it does not know means nothing.
    """
    inside = mask.bool()
    inside[:, 0] = False
    inside[torch.arange(len(ids)), mask.sum(1) - 1] = False
    return torch.where(inside & (torch.rand(ids.shape) < rate), torch.randint(first, vocabulary, ids.shape), ids)


class BatchesOfOneLength:
    """Batches whose sequences are about equally long, so that little is padding. Pure functions of seed and step, as Batches."""

    def __init__(self, lengths, size, seed, group=16):
        self._lengths, self._size = lengths, size
        self._group = max(1, min(group, len(lengths) // size))
        self._groups = Batches(len(lengths), size * self._group, seed)
        self._seed = seed

    def at(self, step):
        """Indices of the examples of `step`: one slice of a shuffled group that is sorted by length."""
        group = step // self._group
        indices = sorted(self._groups.at(group).tolist(), key=lambda index: self._lengths[index])
        slices = np.random.default_rng((self._seed, group)).permutation(self._group)
        start = slices[step % self._group] * self._size
        return indices[start:start + self._size]


def scores(model, sequences, padding, batch=128):
    """Logits [sequences, labels] as float64, in the order given. Sorted inside, so that little is padding."""
    device = next(model.parameters()).device
    order = sorted(range(len(sequences)), key=lambda index: len(sequences[index]))
    logits = None
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), batch):
            chosen = order[start:start + batch]
            ids, mask = pad([sequences[index] for index in chosen], padding)
            part = model(ids.to(device), mask.to(device)).float().cpu().double().numpy()
            if logits is None:
                logits = np.empty((len(sequences), part.shape[1]))
            logits[chosen] = part
    return logits
