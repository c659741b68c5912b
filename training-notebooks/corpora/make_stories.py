#!/usr/bin/env python3
"""Writes an original corpus of short stories about one river town, for a small generator to learn.

    python3 make_stories.py FOLDER [--stories 20000] [--held-out 300] [--seed 7]

Three files, a story a line:
  train.txt                what the model learns from
  held-out-stories.txt     unseen stories of the same plots, sentences and people; none of them stands in train.txt
  held-out-templates.txt   plots, sentences and people that occur nowhere in train.txt

The same seed writes the same bytes on every machine. In the texts below, {a|b} takes one of its alternatives and <name>
a fact of the story, which stays the same from its first sentence to its last.
"""
import argparse
import random
import re
from pathlib import Path

from people import HELD_OUT_PEOPLE, PEOPLE, TRADES
from world import FAR_PLACES, HELD_OUT_THINGS, PATHS, PLACES, SEASONS, THINGS, TIMES

HERE = Path(__file__).resolve().parent
CHOICE = re.compile(r"\{([^{}]*)\}")
FACT = re.compile(r"<(\w+)>")
AN = re.compile(r"\b([Aa]) (?=(?:[aeio]|hour|honest|u(?!s))\w)(?!one\b|once\b)")


def read_plots(path):
    """(plots, pools) of a file: "== name" begins a plot and "== *name" a pool of sentences that any plot may draw from.

    A plot is a list of beats with a blank line between them, a beat the lines of which a story takes one; "-" is none at
    all, "*name" one of that pool.
    """
    plots, pools = {}, {}
    for block in re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, body = block.split("\n", 1)
        beats = [["" if line == "-" else line for line in beat.split("\n")] for beat in re.split(r"\n\n+", body.strip())]
        if name.startswith("*"):
            pools[name[1:]] = beats[0]
        else:
            plots[name] = beats
    return plots, pools


PLOTS, POOLS = read_plots(HERE / "plots.txt")
HELD_OUT_PLOTS, HELD_OUT_POOLS = read_plots(HERE / "held-out-plots.txt")


def expand(text, facts, rng):
    """`text` with its innermost choices taken first, then its facts filled in."""
    while True:
        expanded = CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), text)
        if expanded == text:
            break
        text = expanded
    text = FACT.sub(lambda match: facts[match.group(1)], text)
    text = re.sub(r"\b(?!the\b)(\w+) (\w+)( made)? of \1\b", r"\1 \2", text)  # no silver ring of silver
    return AN.sub(r"\1n ", text)


def capitalized(paragraph):
    """Every sentence with a capital letter; what follows a quoted question ("Where?" she asked) does not begin one."""
    return re.sub(r'(^|[.!?] |\." )("?)([a-z])', lambda match: match.group(1) + match.group(2) + match.group(3).upper(), paragraph)


def person(prefix, name, gender, trade, trait):
    """The facts of one person: <hero>, <he>, <trade>, … for the hero, <friend>, <fhe>, <ftrade>, … for the friend."""
    pronouns = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself")}[gender]
    shop, tool, ware, working = TRADES[trade]
    names = {"he": pronouns[0], "him": pronouns[1], "his": pronouns[2], "himself": pronouns[3], "trade": trade, "shop": shop,
             "tool": tool, "ware": ware, "working": working, "trait": trait}
    return {prefix + key: value for key, value in names.items()}


def facts_of(people, things, rng):
    """Who, where, when and what of one story. Hero and friend are of different gender, so that a pronoun means one of them."""
    hero = rng.choice(people["grown"])
    friend = rng.choice([other for other in people["grown"] if other[1] != hero[1] and other[2] != hero[2]])
    child = rng.choice([other for other in people["children"] if other[1] == friend[1]])
    season, weathers, signs = rng.choice(SEASONS)
    thing, made_of, keeping = rng.choice(things)
    place, other_place = rng.sample(PLACES, 2)
    traits = ["patient", "careful", "cheerful", "stubborn", "quiet", "proud", "curious", "gentle", "clever", "hasty", "honest", "shy"]
    facts = {"hero": hero[0], "friend": friend[0], "child": child[0], "season": season, "weather": rng.choice(weathers),
             "sign": rng.choice(signs), "thing": thing, "madeof": made_of, "keeping": keeping, "place": place,
             "otherplace": other_place, "far": rng.choice(FAR_PLACES), "path": rng.choice(PATHS), "when": rng.choice(TIMES),
             "animal": rng.choice(["goat", "grey cat", "old dog", "donkey", "white hen", "lamb"]),
             "days": rng.choice(["two", "three", "four", "five", "six", "seven"]),
             "kin": rng.choice(["mother", "father", "grandmother", "grandfather", "aunt", "uncle"])}
    facts.update(person("", *hero, rng.choice(traits)))
    facts.update(person("f", *friend, rng.choice(traits)))
    facts.update({"c" + key: value for key, value in person("", child[0], child[1], hero[2], "").items() if key in ("he", "him", "his", "himself")})
    return facts


def introduced(text, name, trade):
    """Says somebody's trade at the first mention, unless the text around it does."""
    first = text.find(name)
    if first < 0 or trade in text[:first + len(name) + 40]:
        return text
    return f"{text[:first]}{name} the {trade}{text[first + len(name):]}"


def story(plots, pools, people, things, rng):
    facts = facts_of(people, things, rng)
    sentences = []
    for beat in plots[rng.choice(sorted(plots))]:
        text = rng.choice(beat)
        if text.startswith("*"):
            text = rng.choice(pools[text[1:]])
        if text:
            sentences.append(expand(text, facts, rng))
    text = re.sub(r" +([ ,.])", r"\1", " ".join(sentences))
    for name, trade in ((facts["hero"], facts["trade"]), (facts["friend"], facts["ftrade"])):
        text = introduced(text, name, trade)
    return capitalized(text)


def distinct(count, make, known=()):
    """`count` stories, none twice and none of `known`."""
    seen, stories = set(known), []
    while len(stories) < count:
        text = make()
        if text not in seen:
            seen.add(text)
            stories.append(text)
    return stories


def corpus(stories, held_out, seed):
    """(train, held-out stories, held-out templates), lists of stories."""
    rng = random.Random(seed)
    both = distinct(stories + held_out, lambda: story(PLOTS, POOLS, PEOPLE, THINGS, rng))
    templates = distinct(held_out, lambda: story(HELD_OUT_PLOTS, HELD_OUT_POOLS, HELD_OUT_PEOPLE, HELD_OUT_THINGS, rng), both)
    return both[:stories], both[stories:], templates


def main():
    arguments = argparse.ArgumentParser(description="Writes train.txt, held-out-stories.txt and held-out-templates.txt.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--stories", type=int, default=20000)
    arguments.add_argument("--held-out", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, texts in zip(("train", "held-out-stories", "held-out-templates"), corpus(options.stories, options.held_out, options.seed)):
        (options.folder / f"{name}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
