#!/usr/bin/env python3
"""Writes an original corpus of short texts from one river town, for a small generator to learn.

    python3 make_stories.py FOLDER [--stories 40000] [--held-out 300] [--seed 7]

Three files, a text a line:
  train.txt                what the model learns from
  held-out-stories.txt     unseen texts of the same plots and sentences; none of them stands in train.txt
  held-out-templates.txt   plots, sentences and people that occur nowhere in train.txt

The same seed writes the same bytes on every machine. In the texts, {a|b} takes one of its alternatives, [list] a word of
words.txt, another one each time, and <name> a fact, which stays the same from the first sentence to the last; phrases of
swaps.txt may stand for one another.
"""
import argparse
import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import people
from world import FAR_PLACES, HELD_OUT_THINGS, PATHS, PLACES, SEASONS, THINGS, TIMES

HERE = Path(__file__).resolve().parent
CHOICE = re.compile(r"\{([^{}]*)\}")
LISTED = re.compile(r"\[(\w+)\]")
FACT = re.compile(r"<(\w+)>")
AN = re.compile(r"\b([Aa]) (?=(?:[aeio]|hour|honest|u(?!s))\w)(?!one\b|once\b)")


@dataclass
class Plots:
    """What texts are put together from.

    A block of a file begins with "== " and its name. A story and, marked "@", another text is a list of beats with a blank line between
    them, a beat the lines of which a text takes one; "-" is none at all, "*name" one of that pool. A pool, marked "*", is
    lines that any beat may draw from; a sketch, marked "~", lines of which a text takes some, in any order.
    """
    stories: dict = field(default_factory=dict)
    others: dict = field(default_factory=dict)
    sketches: dict = field(default_factory=dict)
    pools: dict = field(default_factory=dict)

    @staticmethod
    def read(*names):
        plots = Plots()
        for name in names:
            for block in re.split(r"^== ", (HERE / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
                plots._add(*block.split("\n", 1))
        return plots

    def _add(self, name, body):
        beats = [["" if line == "-" else line for line in beat.split("\n")] for beat in re.split(r"\n\n+", body.strip())]
        lines = [line for beat in beats for line in beat]
        if name[0] == "*":
            self.pools[name[1:]] = lines
        elif name[0] == "~":
            self.sketches[name[1:]] = lines
        elif name[0] == "@":
            self.others[name[1:]] = beats
        else:
            self.stories[name] = beats


def read_words(path):
    """name -> its words, of lines "name: word, word"."""
    words = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, listed = line.split(": ", 1)
            words.setdefault(name, []).extend(listed.split(", "))
    return words


def read_swaps(path):
    """(pattern of everything that may be swapped, each of these -> all that may stand for it)."""
    lines = [line.split(", ") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    others = {}
    for line in lines:
        for phrase in line:
            others.setdefault(phrase, []).extend(line)
    longest_first = "|".join(re.escape(phrase) for phrase in sorted(others, key=lambda phrase: (-len(phrase), phrase)))
    return re.compile(rf"(?<![\w<\[-])({longest_first})(?![\w\]-])"), others


WORDS = read_words(HERE / "words.txt")
SWAPPED, SWAPS = read_swaps(HERE / "swaps.txt")
TRAINING = Plots.read("plots.txt", "more-plots.txt", "letters.txt", "passages.txt", "sketches.txt")
HELD_OUT = Plots.read("held-out-plots.txt")


def expand(text, facts, rng):
    """`text` with its innermost choices taken first, then its words and facts filled in."""
    while True:
        expanded = CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), text)
        if expanded == text:
            break
        text = expanded
    text = LISTED.sub(lambda match: rng.choice(WORDS[match.group(1)]), text)
    text = FACT.sub(lambda match: facts[match.group(1)], text)
    text = re.sub(r"\b(?!the\b)(\w+) (\w+)( made)? of \1\b", r"\1 \2", text)  # no silver ring of silver
    return AN.sub(r"\1n ", text)


@lru_cache(maxsize=None)
def swappable(text):
    """`text` in parts, of which every second one may be swapped."""
    return SWAPPED.split(text)


def varied(text, rng):
    """`text` with every third phrase of swaps.txt taken for another of its line."""
    return "".join(rng.choice(SWAPS[part]) if index % 2 and rng.random() < 0.33 else part for index, part in enumerate(swappable(text)))


def capitalized(paragraph):
    """Every sentence with a capital letter; what follows a quoted question ("Where?" she asked) does not begin one."""
    return re.sub(r'(^|[.!?] |\." )("?)([a-z])', lambda match: match.group(1) + match.group(2) + match.group(3).upper(), paragraph)


def person(prefix, name, gender, trade, trait):
    """The facts of one person: <hero>, <he>, <trade>, … for the hero, <friend>, <fhe>, <ftrade>, … for the friend."""
    pronouns = {"f": ("she", "her", "her", "herself", "woman"), "m": ("he", "him", "his", "himself", "man")}[gender]
    shop, tool, ware, working = people.TRADES[trade]
    names = {"he": pronouns[0], "him": pronouns[1], "his": pronouns[2], "himself": pronouns[3], "man": pronouns[4], "trade": trade,
             "shop": shop, "tool": tool, "ware": ware, "working": working, "trait": trait}
    return {prefix + key: value for key, value in names.items()}


def training_names(rng):
    """Names of three women and three men, of a girl and a boy; every fourth grown person has one that nobody else has."""
    def some(known, ends):
        return [rng.choice(people.BEGINNINGS) + rng.choice(ends) if rng.random() < 0.25 else name for name in rng.sample(known, 3)]

    return some(people.WOMEN, people.WOMENS_ENDS), some(people.MEN, people.MENS_ENDS), rng.choice(people.GIRLS), rng.choice(people.BOYS)


def held_out_names(rng):
    return (rng.sample(people.HELD_OUT_WOMEN, 3), rng.sample(people.HELD_OUT_MEN, 3),
            rng.choice(people.HELD_OUT_GIRLS), rng.choice(people.HELD_OUT_BOYS))


def facts_of(names, things, rng):
    """Who, where, when and what of one text. Hero and friend are of different gender, so that a pronoun means one of them."""
    women, men, girl, boy = names(rng)
    gender = rng.choice("fm")
    (hero, third, other), (friend, *_) = (women, men) if gender == "f" else (men, women)
    child = boy if gender == "f" else girl  # of the friend's gender
    season, weathers, signs = rng.choice(SEASONS)
    thing, made_of, keeping = rng.choice(things)
    place, other_place = rng.sample(PLACES, 2)
    trade, friend_trade, third_trade, other_trade = rng.sample(sorted(people.TRADES), 4)
    facts = {"hero": hero, "friend": friend, "child": child, "third": third, "other": other, "season": season,
             "weather": rng.choice(weathers), "sign": rng.choice(signs), "thing": thing, "madeof": made_of, "keeping": keeping,
             "place": place, "otherplace": other_place, "far": rng.choice(FAR_PLACES), "path": rng.choice(PATHS),
             "when": rng.choice(TIMES), "days": rng.choice(["two", "three", "four", "five", "six", "seven"])}
    facts["animal"] = rng.choice(WORDS["pet"])
    for name in ("food", "fruit", "vegetable", "herb", "plant", "tree", "colour", "kin", "day", "month", "topic", "event", "number"):
        facts[name] = rng.choice(WORDS[name])
    other_gender = "m" if gender == "f" else "f"
    facts.update(person("", hero, gender, trade, rng.choice(WORDS["trait"])))
    facts.update(person("f", friend, other_gender, friend_trade, rng.choice(WORDS["trait"])))
    facts.update(person("t", third, gender, third_trade, rng.choice(WORDS["trait"])))
    facts.update(person("o", other, gender, other_trade, rng.choice(WORDS["trait"])))
    facts.update({"c" + key: value for key, value in person("", child, other_gender, trade, "").items()
                  if key in ("he", "him", "his", "himself")})
    return facts


def introduced(text, name, trade):
    """Says somebody's trade at the first mention, unless the text around it does."""
    first = text.find(name)
    if first < 0 or trade in text[:first + len(name) + 40]:
        return text
    return f"{text[:first]}{name} the {trade}{text[first + len(name):]}"


def by_trade(text, name, trade, rng):
    """Calls somebody by trade now and then after the first two mentions, outside of speech, as people do."""
    parts, mentions = re.split(rf"\b({name})\b", text), 0
    for index in range(1, len(parts), 2):
        mentions += 1
        quoted = "".join(parts[:index]).count('"') % 2
        if mentions > 2 and not quoted and not parts[index + 1].startswith(" the ") and rng.random() < 0.2:
            parts[index] = f"the {trade}"
    return "".join(parts)


def in_order(beats, pools, facts, rng):
    """A line of each beat, filled in."""
    sentences = []
    for beat in beats:
        text = rng.choice(beat)
        if text.startswith("*"):
            text = rng.choice(pools[text[1:]])
        if text:
            sentences.append(expand(varied(text, rng), facts, rng))
    return " ".join(sentences)


def text_of(plots, names, things, rng):
    """A story, another text of a fixed order, or a sketch: the first half of the time, the others for a quarter each."""
    facts, kind = facts_of(names, things, rng), rng.random()
    if kind < 0.5:
        text = in_order(plots.stories[rng.choice(sorted(plots.stories))], plots.pools, facts, rng)
        for name, trade in ((facts["hero"], facts["trade"]), (facts["friend"], facts["ftrade"])):
            text = by_trade(introduced(text, name, trade), name, trade, rng)
    elif kind < 0.75:
        text = in_order(plots.others[rng.choice(sorted(plots.others))], plots.pools, facts, rng)
    else:
        lines = plots.sketches[rng.choice(sorted(plots.sketches))]
        text = " ".join(expand(varied(line, rng), facts, rng) for line in rng.sample(lines, min(len(lines), rng.randint(3, 6))))
    return capitalized(re.sub(r" +([ ,.])", r"\1", text).strip())


def distinct(count, make, known=()):
    """`count` texts, none twice and none of `known`."""
    seen, texts = set(known), []
    while len(texts) < count:
        text = make()
        if text not in seen:
            seen.add(text)
            texts.append(text)
    return texts


def corpus(stories, held_out, seed):
    """(train, held-out stories, held-out templates), lists of texts."""
    rng = random.Random(seed)
    both = distinct(stories + held_out, lambda: text_of(TRAINING, training_names, THINGS, rng))
    templates = distinct(held_out, lambda: text_of(HELD_OUT, held_out_names, HELD_OUT_THINGS, rng), both)
    return both[:stories], both[stories:], templates


def main():
    arguments = argparse.ArgumentParser(description="Writes train.txt, held-out-stories.txt and held-out-templates.txt.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--stories", type=int, default=40000)
    arguments.add_argument("--held-out", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, texts in zip(("train", "held-out-stories", "held-out-templates"), corpus(options.stories, options.held_out, options.seed)):
        (options.folder / f"{name}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
