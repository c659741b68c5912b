import math

import numpy as np
import pytest

from finetune import metrics


def test_roc_auc_by_hand():
    # Positives 0.8 and 0.4; of the 4 pairs with 0.6 and 0.2 three are in order.
    assert metrics.roc_auc([1, 0, 1, 0], [0.8, 0.6, 0.4, 0.2]) == 0.75


def test_roc_auc_ties_count_half():
    assert metrics.roc_auc([1, 0], [0.5, 0.5]) == 0.5
    assert metrics.roc_auc([1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1]) == 3.5 / 4


def test_roc_auc_equals_the_count_of_pairs_on_many_ties():
    chance = np.random.default_rng(5)
    labels, scores = chance.integers(0, 2, 200), chance.integers(0, 7, 200)
    pairs = [(p > n) + (p == n) / 2 for p in scores[labels == 1] for n in scores[labels == 0]]
    assert metrics.roc_auc(labels, scores) == pytest.approx(np.mean(pairs), abs=1e-12)


def test_roc_auc_of_one_class_is_nan():
    assert math.isnan(metrics.roc_auc([1, 1], [0.1, 0.2]))


def test_average_precision_by_hand():
    # Ranks of the positives 1 and 3: (1/1 + 2/3) / 2.
    assert metrics.average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]) == pytest.approx(5 / 6)


def test_average_precision_of_equal_scores_is_the_share_of_positives_in_any_order():
    assert metrics.average_precision([1, 0, 0, 0], [0.5] * 4) == 0.25
    assert metrics.average_precision([0, 0, 0, 1], [0.5] * 4) == 0.25


def test_curves_end_where_everything_is_flagged():
    false_rate, true_rate = metrics.roc_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6])
    assert list(zip(false_rate, true_rate)) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    precision, recall = metrics.precision_recall_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6])
    assert (precision[-1], recall[-1]) == (0.5, 1)


def test_reliability_and_calibration_error_by_hand():
    labels, probabilities = [0, 1, 1, 1], [0.1, 0.1, 0.9, 1.0]
    assert metrics.reliability(labels, probabilities, bins=2) == [(pytest.approx(0.1), 0.5, 2), (pytest.approx(0.95), 1.0, 2)]
    assert metrics.expected_calibration_error(labels, probabilities, bins=2) == pytest.approx((2 * 0.4 + 2 * 0.05) / 4)


def test_best_threshold_separable_is_the_preferred_one_between():
    assert metrics.best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]) == 0.5


def test_best_threshold_away_from_the_preferred_is_in_the_middle_of_the_gap():
    assert metrics.best_threshold([0, 0, 1, 1], [0.01, 0.1, 0.2, 0.3]) == pytest.approx(0.15)


def test_best_threshold_never_cuts_through_a_tie():
    labels, probabilities = [1, 1, 0, 0], [0.6, 0.6, 0.6, 0.1]
    threshold = metrics.best_threshold(labels, probabilities)
    assert metrics.f1(labels, probabilities, threshold) == pytest.approx(0.8)  # both positives and one negative


def test_best_threshold_without_positives_is_the_preferred_one():
    assert metrics.best_threshold([0, 0], [0.2, 0.9]) == 0.5


def test_f1_counts_scores_on_the_threshold_as_flagged():
    assert metrics.f1([1, 0], [0.5, 0.4], 0.5) == 1.0
