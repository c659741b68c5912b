import re
import sys

from conftest import NOTEBOOKS

sys.path.insert(0, str(NOTEBOOKS / "corpora"))
from make_stories import capitalized, corpus, expand  # noqa: E402


def test_corpus_same_seed_same_stories_and_no_story_twice():
    assert corpus(50, 5, 3) == corpus(50, 5, 3) != corpus(50, 5, 4)
    training, stories, templates = corpus(400, 40, 1)
    assert len({*training, *stories, *templates}) == 480


def test_corpus_leaves_no_template_marks_and_no_broken_punctuation():
    for text in sum(corpus(400, 40, 2), []):
        assert not re.search(r"[{}<>|*]|  | [,.!?]|[,.]{2}|\ba [aeio]\w", text), text
        assert re.match(r'"?[A-Z]', text) and text[-1] in '."', text
        assert text.count('"') % 2 == 0, text


def test_expand_takes_one_alternative_and_keeps_facts():
    class First:
        @staticmethod
        def choice(alternatives):
            return alternatives[0]

    assert expand("{<he> had|<he> saw} a {old|new} <thing>", {"he": "she", "thing": "lantern"}, First) == "she had an old lantern"


def test_capitalized_a_question_s_speaker_begins_no_sentence():
    assert capitalized('he came. "where?" she asked. "here." they went.') == 'He came. "Where?" she asked. "Here." They went.'
