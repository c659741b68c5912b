"""How good scores are: ranking, calibration, thresholds. numpy alone; equal scores are handled exactly, not by their order.

`labels` is 0 or 1, [n]; `scores` any number, higher for positive, [n].
"""
import numpy as np


def _check(labels, scores):
    labels, scores = np.asarray(labels).astype(bool), np.asarray(scores, dtype=np.float64)
    if labels.shape != scores.shape or labels.ndim != 1:
        raise ValueError(f"labels are {labels.shape}, scores {scores.shape}; both must be one row")
    return labels, scores


def roc_auc(labels, scores):
    """The chance that a positive scores higher than a negative, ties counting half (Mann-Whitney). nan with one class only."""
    labels, scores = _check(labels, scores)
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2  # 1-based, the mean of those that tie
    return float((mean_rank[inverse][labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def operating_points(labels, scores):
    """(thresholds, true positives, false positives) of flagging `score >= threshold`, at each distinct score, highest first."""
    labels, scores = _check(labels, scores)
    thresholds, inverse = np.unique(-scores, return_inverse=True)
    true = np.bincount(inverse, weights=labels, minlength=len(thresholds)).cumsum()
    flagged = np.bincount(inverse, minlength=len(thresholds)).cumsum()
    return -thresholds, true, flagged - true


def roc_curve(labels, scores):
    """(false positive rate, true positive rate), from (0, 0) to (1, 1)."""
    _, true, false = operating_points(labels, scores)
    return np.r_[0, false / max(false[-1], 1)], np.r_[0, true / max(true[-1], 1)]


def precision_recall_curve(labels, scores):
    """(precision, recall) at each distinct score, highest first."""
    _, true, false = operating_points(labels, scores)
    return true / (true + false), true / max(true[-1], 1)


def average_precision(labels, scores):
    """Area under the precision-recall curve as steps: no interpolation, which would flatter. nan without positives."""
    if not np.asarray(labels).any():
        return float("nan")
    precision, recall = precision_recall_curve(labels, scores)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def reliability(labels, probabilities, bins=10):
    """[(mean probability, share of positives, count)] of each bin of equal width that is not empty."""
    labels, probabilities = _check(labels, probabilities)
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [(float(probabilities[index == b].mean()), float(labels[index == b].mean()), int((index == b).sum()))
            for b in range(bins) if (index == b).any()]


def expected_calibration_error(labels, probabilities, bins=10):
    """Mean distance of probability and share of positives, each bin weighed by its count."""
    rows = reliability(labels, probabilities, bins)
    return sum(count * abs(mean - share) for mean, share, count in rows) / sum(count for _, _, count in rows)


def f1(labels, scores, threshold):
    """F1 of flagging `score >= threshold`; 0 where nothing is right."""
    labels, scores = _check(labels, scores)
    flagged = scores >= threshold
    return float(2 * (labels & flagged).sum() / max(labels.sum() + flagged.sum(), 1))


def best_threshold(labels, probabilities, prefer=0.5):
    """The threshold with the highest F1; of all that reach it, the nearest to `prefer`."""
    thresholds, true, false = operating_points(labels, probabilities)
    if not true[-1]:
        return prefer
    values = 2 * true / (true[-1] + true + false)
    # Flagging down to thresholds[i] is the same for every threshold in (next lower score, thresholds[i]].
    lower = np.r_[thresholds[1:], 0.0]
    candidates = []
    for i in np.flatnonzero(values >= values.max() - 1e-12):
        middle = (lower[i] + thresholds[i]) / 2
        candidates.append(prefer if lower[i] < prefer <= thresholds[i] else middle)
    return float(min(candidates, key=lambda threshold: abs(threshold - prefer)))
