import re
import sys

from conftest import NOTEBOOKS

sys.path.insert(0, str(NOTEBOOKS / "corpora"))
import people  # noqa: E402
from make_stories import WORDS, by_trade, capitalized, corpus, expand, varied  # noqa: E402


def test_corpus_same_seed_same_stories_and_no_story_twice():
    assert corpus(50, 5, 3) == corpus(50, 5, 3) != corpus(50, 5, 4)
    training, stories, templates = corpus(400, 40, 1)
    assert len({*training, *stories, *templates}) == 480


def test_corpus_leaves_no_template_marks_and_no_broken_punctuation():
    for text in sum(corpus(400, 40, 2), []):
        assert not re.search(r"[{}<>|*[\]]|  | [,.!?]|[,.]{2}|\ba [aeio]\w", text), text
        assert re.match(r'"?[A-Z]', text) and text[-1] in '.?!"', text
        assert text.count('"') % 2 == 0, text


def test_expand_takes_one_alternative_and_keeps_facts():
    class First:
        @staticmethod
        def choice(alternatives):
            return alternatives[0]

    assert expand("{<he> had|<he> saw} a {old|new} <thing>", {"he": "she", "thing": "lantern"}, First) == "she had an old lantern"


def test_capitalized_a_question_s_speaker_begins_no_sentence():
    assert capitalized('he came. "where?" she asked. "here." they went.') == 'He came. "Where?" she asked. "Here." They went.'


class Always:
    """Chance that takes the last of everything and always happens."""

    @staticmethod
    def choice(alternatives):
        return alternatives[-1]

    @staticmethod
    def random():
        return 0.0


def test_expand_takes_a_word_of_a_list():
    assert expand("a [coin]", {}, Always) == f"a {WORDS['coin'][-1]}"


def test_varied_swaps_whole_phrases_and_leaves_facts_and_lists_alone():
    assert varied("at night the weathercock <child> [child]", Always) == "by moonlight the weathercock <child> [child]"


def test_by_trade_names_the_trade_from_the_third_mention_on_and_never_in_speech():
    text = 'Ida the smith came. Ida sat. "Sit, Ida," he said. Ida sat. Ida the smith left.'
    assert by_trade(text, "Ida", "smith", Always) == 'Ida the smith came. Ida sat. "Sit, Ida," he said. the smith sat. Ida the smith left.'


def test_corpus_gives_a_person_one_trade_throughout_a_text():
    trades = "|".join(sorted(people.TRADES, key=len, reverse=True))
    for text in corpus(1500, 40, 5)[0]:
        found = {}
        for name, trade in re.findall(rf"\b([A-Z][a-z]+) the ({trades})\b", text):
            assert found.setdefault(name, trade) == trade or name == "When", text
