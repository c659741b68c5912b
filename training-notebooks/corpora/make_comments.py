#!/usr/bin/env python3
"""Writes the comments that 02-finetune-bert-toxicity.ipynb learns from, in the columns of the Jigsaw toxic comment CSV.

    make_comments.py FOLDER [--comments 48000] [--seed 3]

    train.csv               most of it
    validation.csv          other frames and unseen fillers: for early stopping and thresholds
    heldout_slots.csv       training frames, each with a filler that training never puts there
    heldout_phrasings.csv   frames that neither training nor validation has
    bias.csv                harmless sentences about people, with a column `term`; frames of its own

Original and mild throughout. The frames and the fillers are in comments_hostile.py, comments_harmless.py, comments_slots.py.

How it is labelled, which a reader of the scores should know:
    insult         contempt for a person, also a third one ("the mayor is a fool"), always toxic too
    threat         announces harm to the reader or somebody, always toxic too
    identity_hate  contempt for a group of people, always toxic too
    toxic          any of these; also "shut up", "nobody likes you", "your article is rubbish"
    obscene        swearing in anger, also at things; at things alone it is not toxic ("this damn printer")
    severe_toxic   a threat or identity hate together with an insult or swearing, or with each other
    nothing        friendly swearing ("damn good coffee"), hyperbole ("this recipe kills me"), insults that are quoted,
                   reported or negated or meant for oneself, harsh words about things ("what a stupid film")
A comment of several sentences has all the labels of its sentences.
"""
import argparse
import csv
import hashlib
import itertools
import os
import random
import re

from comments_harmless import HARMLESS
from comments_hostile import HOSTILE
from comments_slots import SLOTS

LABELS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
HOSTILE_SHARE = 0.30       # of the sentences; of the comments more, as one hostile sentence makes a comment hostile
UNSEEN_FILLER_SHARE = 0.6  # how often the held-out split of fillers picks an unseen one where it can
MAX_WORDS = 48

CAPITALISED = ("fool_cap", "fools_cap", "silly_cap", "adj_cap", "group_cap", "hated_cap", "invented_group_cap")

TRAIN, VALIDATION, PHRASINGS = "train", "validation", "phrasings"
_SLOT = re.compile(r"\{(\w+)\}")
_MARKS = {"?": VALIDATION, "!": PHRASINGS}


class Frame:
    """One sentence with slots: its text, its labels, the family it is of, the split it belongs to."""

    def __init__(self, family, labels, line):
        marked = line[:2] in ("? ", "! ")
        self.split = _MARKS[line[0]] if marked else TRAIN
        self.text = line[2:] if marked else line
        self.family, self.labels = family, frozenset(labels)


def parse(block, family, labels=()):
    return [Frame(family, labels, line) for line in block.strip().splitlines()]


def frames():
    """Every frame, by family."""
    families = {name: parse(block, name, labels) for name, (labels, _, block) in HOSTILE.items()}
    families.update({name: parse(block, name) for name, (_, block) in HARMLESS.items()})
    return families


def capital(text):
    return text[:1].upper() + text[1:] if text[:1] != "{" else text


def fillers(slot):
    """What may stand in a slot: (in training, in the held-out split of fillers only)."""
    if slot in CAPITALISED:
        seen, unseen = fillers(slot[:-4])
        return [capital(text) for text in seen], [capital(text) for text in unseen]
    seen, _, unseen = SLOTS[slot].partition("||")
    return seen.split("|"), unseen.split("|") if unseen else []


_FILLERS = {slot: fillers(slot) for slot in (*SLOTS, *CAPITALISED)}


class Writer:
    """Fills frames. Deterministic: the same random source gives the same texts."""

    def __init__(self, source):
        self._random = source
        self._families = frames()
        self._by_split = {}
        for name, all_frames in self._families.items():
            for split in (TRAIN, VALIDATION, PHRASINGS):
                # A frame with more slots says more different things, so it is used more often.
                chosen = [frame for frame in all_frames if frame.split == split]
                weights = [1 + len(_SLOT.findall(frame.text)) ** 2 for frame in chosen]
                self._by_split[name, split] = (chosen, list(itertools.accumulate(weights)))
        self._hostile = (list(HOSTILE), [share for _, share, _ in HOSTILE.values()])
        self._harmless = (list(HARMLESS), [share for share, _ in HARMLESS.values()])

    def sentence(self, split, unseen_fillers=False, family=None):
        """A sentence, its labels, and whether an unseen filler is in it."""
        if family is None:
            names, shares = self._hostile if self._random.random() < HOSTILE_SHARE else self._harmless
            family = self._random.choices(names, shares)[0]
        chosen, weights = self._by_split[family, split]
        frame = self._random.choices(chosen, cum_weights=weights)[0]
        used = []
        text = self.fill(frame.text, unseen_fillers, used)
        return text, frame.labels, bool(used)

    def fill(self, text, unseen_fillers=False, used=None):
        def replace(match):
            seen, unseen = _FILLERS[match.group(1)]
            if unseen and unseen_fillers and self._random.random() < UNSEEN_FILLER_SHARE:
                used.append(match.group(1))
                return self._random.choice(unseen)
            return self._random.choice(seen)

        while _SLOT.search(text):
            text = _SLOT.sub(replace, text)
        return tidy(text)

    def comment(self, split, unseen_fillers=False):
        """One to three sentences: text, labels, whether an unseen filler is in it."""
        count = self._random.choices((1, 2, 3), (62, 28, 10))[0]
        parts = [self.sentence(split, unseen_fillers)]
        for _ in range(count - 1):
            # Comments keep to their mood more often than not.
            family = None
            if self._random.random() < 0.5:
                names, shares = self._hostile if parts[0][1] else self._harmless
                family = self._random.choices(names, shares)[0]
            parts.append(self.sentence(split, unseen_fillers, family))
        labels = combine(labels for _, labels, _ in parts)
        text = " ".join(text for text, _, _ in parts)
        return self.scribble(text), labels, any(unseen for _, _, unseen in parts)

    def scribble(self, text):
        """As people type: case, punctuation, slips of the keyboard."""
        chance = self._random.random
        if chance() < 0.06:
            text = text.upper()
        elif chance() < 0.22:
            text = text.lower()
        if chance() < 0.2:
            text = text.rstrip(".!?")
        elif chance() < 0.06:
            text = text.rstrip(".!?") + self._random.choice(("!!!", "!!", "...", "?!", " :)", " lol", "!!1"))
        if chance() < 0.05:
            text = text.replace(",", "").replace("'", "")
        if chance() < 0.03:
            text = text.replace("you are", "u are").replace("You are", "u r").replace("your", "ur")
        if chance() < 0.12:
            text = self.slip(text)
        return text

    def slip(self, text):
        words = text.split(" ")
        long = [index for index, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        if not long:
            return text
        index = self._random.choice(long)
        word = words[index]
        at = self._random.randrange(1, len(word) - 1)
        kind = self._random.randrange(5)
        if kind == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2:]            # swapped
        elif kind == 1:
            word = word[:at] + word[at + 1:]                                      # left out
        elif kind == 2:
            word = word[:at] + word[at] * self._random.randrange(2, 5) + word[at + 1:]  # heeeld
        elif kind == 3:
            word = word[:at] + "*" + word[at + 1:]                                # st*rred
        else:
            word = word.translate(str.maketrans("ioeas", "10345"))                # l33t
        words[index] = word
        return " ".join(words)


def tidy(text):
    """a/an, doubled articles that slots bring together, a capital to begin with."""
    text = re.sub(r"\b(a|an|such a|such) ((?:a|an|such a) )", r"\2", text)
    text = re.sub(r"\b([Aa])n? (?=(\w+))", lambda found: found.group(1) + ("n " if takes_an(found.group(2)) else " "), text)
    text = re.sub(r"\bsuch (\w+) (?=such )", "", text)
    return text[:1].upper() + text[1:] if text[:2] not in ("ur", "u ") else text


def takes_an(word):
    word = word.lower()
    if word.startswith(("hour", "honest")):
        return True
    return word[0] in "aeiou" and not word.startswith(("use", "uni", "euro", "one")) or word == "8"


def combine(all_labels):
    """The labels of a comment out of those of its sentences."""
    labels = set().union(*all_labels)
    grave = len(labels & {"threat", "identity_hate"})
    if grave == 2 or grave == 1 and labels & {"insult", "obscene"}:
        labels.add("severe_toxic")
    return frozenset(labels)


def key(text):
    """Two comments that differ in case, punctuation and blanks alone are the same."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def collect(writer, count, split, taken, unseen_fillers=False):
    """Distinct comments that nobody has taken yet."""
    rows = []
    for _ in range(count * 60):
        text, labels, unseen = writer.comment(split, unseen_fillers)
        if key(text) in taken or len(text.split()) > MAX_WORDS or unseen_fillers and not unseen:
            continue
        taken.add(key(text))
        rows.append((text, labels))
        if len(rows) == count:
            return rows
    raise ValueError(f"only {len(rows)} distinct comments of {count} in {split}")


def corpus(comments=48000, heldout=1000, seed=3):
    """{file: [(text, labels)]}."""
    taken = {key(text) for _, text in EVERYDAY} | {key(text) for text, _ in bias_slice()}
    source = lambda name: random.Random(f"{seed} {name}")
    # Held-out first: what is in them is then kept out of training.
    return {
        "heldout_phrasings": collect(Writer(source("phrasings")), heldout, PHRASINGS, taken),
        "heldout_slots": collect(Writer(source("slots")), heldout, TRAIN, taken, unseen_fillers=True),
        "validation": collect(Writer(source("validation")), heldout, VALIDATION, taken)
        + collect(Writer(source("validation fillers")), heldout, VALIDATION, taken, unseen_fillers=True),
        "train": collect(Writer(source("train")), comments, TRAIN, taken),
    }


BIAS_TERMS = {
    "women": "a woman", "men": "a man", "Muslims": "a Muslim", "Christians": "a Christian", "Jews": "a Jew",
    "immigrants": "an immigrant", "foreigners": "a foreigner", "gay people": "gay", "lesbians": "a lesbian",
    "trans people": "trans", "black people": "black", "white people": "white", "Asians": "Asian", "old people": "an old man",
    "disabled people": "disabled", "refugees": "a refugee", "atheists": "an atheist", "Hindus": "a Hindu",
    "Sikhs": "a Sikh", "deaf people": "deaf", "Buddhists": "a Buddhist", "bakers": "a baker", "students": "a student",
    "Zorbians": "a Zorbian", "Fenlanders": "a Fenlander",
}
BIAS_FRAMES = """
The choir is looking for {many} who like to sing.
Yesterday two {many} opened a bakery in our street.
Last year {many} and their children planted a garden here.
The {many} at the next table shared their dessert with us.
There is a new radio programme for {many}.
A group of {many} went hiking in the hills.
The survey asked {many} about their favourite books.
Doctors advise {many} to drink more water in summer.
The library has a shelf of novels by {many}.
Half of the audience were {many}.
I once shared a flat with {many}, and it was fun.
Nurses, teachers, {many}: everyone is invited.
My dentist is {one} and tells great jokes.
The winner of the quiz is {one} from the next village.
Since I am {one}, people ask me about it.
Growing up, my best friend was {one}.
The hero of the novel is {one}.
The new minister is {one} and a mother of three.
Is the pianist {one}?
He is {one}, she is not, and they are happy together.
""".strip().splitlines()


# Written by hand, of no frame: (labels one would expect, text). Never trained on, and no frame was added for them.
EVERYDAY = (
    ((), "The dentist moved my appointment to Thursday afternoon."),
    ((), "Does this jacket come in green?"),
    ((), "My grandson just learned how to ride a bicycle."),
    ((), "Our flight was delayed for three hours because of fog."),
    ((), "I respectfully disagree with the conclusion of this article."),
    ((), "Congratulations on your promotion, you earned it!"),
    ((), "The bakery around the corner sells fantastic rye bread."),
    ((), "Has anyone tried restarting the router?"),
    ((), "I was fired today and I feel completely lost."),
    ((), "Sorry, I misread your message, my mistake."),
    ((), "Two gay friends of mine got married in June."),
    ((), "The mosque and the church share a car park."),
    ((), "Many immigrants work as nurses in our hospital."),
    ((), "As a disabled student I need a seat near the door."),
    ((), "My black coat is still at the cleaner's."),
    ((), "A woman was elected president of the chess club."),
    ((), "The comedian was so funny that I nearly died."),
    ((), "Our team got destroyed in the second half."),
    ((), "Break the eggs into a bowl and beat them well."),
    ((), 'Someone sprayed "loser" on my garage door.'),
    ((), "My son says the other kids call him fat."),
    ((), "Don't ever think you are worthless, we love you."),
    ((), "Nobody here believes that you are a liar."),
    ((), "The thief stole a purse and ran away."),
    ((), "She wrote a book about liars and cheats in politics."),
    ((), "I feel stupid for asking, but where is the exit?"),
    ((), "What an ugly building, they should paint it."),
    ((), "This pizza is disgusting, I want my money back."),
    ((), "The police warned us about a man who threatens cyclists."),
    (("toxic", "insult",), "You really are a pathetic little man."),
    (("toxic", "insult",), "How can somebody be this dumb?"),
    (("toxic", "insult",), "The referee was an absolute clown tonight."),
    (("toxic", "insult",), "Is your whole family as stupid as you?"),
    (("toxic", "insult",), "Only morons believe this nonsense."),
    (("toxic", "insult",), "Hey loser, go find some friends."),
    (("toxic", "insult",), "Our landlord is a greedy, lying rat."),
    (("toxic", "insult",), "Honestly, you disgust me, you lazy pig."),
    (("toxic",), "Why don't you just shut up?"),
    (("toxic",), "Get lost, nobody wants to hear from you."),
    (("toxic",), "Your drawings are garbage, give up."),
    (("toxic", "obscene",), "Piss off and leave us alone."),
    (("toxic", "obscene", "insult",), "You are a damn fool."),
    (("toxic", "obscene", "insult",), "What a bloody idiot."),
    (("obscene",), "Where the hell did I put my damn glasses?"),
    (("obscene",), "Crap, I burned the toast again."),
    (("toxic", "threat",), "If you come near my house I will hurt you."),
    (("toxic", "threat",), "You'll be sorry, I know where you live."),
    (("toxic", "threat",), "I am going to punch you in the face."),
    (("toxic", "threat", "severe_toxic", "insult",), "Watch your back, you little coward."),
    (("toxic", "identity_hate",), "People from Marland are thieves and liars."),
    (("toxic", "identity_hate",), "We should throw all foreigners out of this town."),
    (("toxic", "identity_hate",), "Old people are useless and should not vote."),
    (("toxic", "identity_hate",), "I can't stand Zorbians, they are all crooks."),
)


def bias_slice():
    """[(text, term)]: the same harmless sentences for every term."""
    return [(frame.format(many=many, one=one), many) for many, one in BIAS_TERMS.items() for frame in BIAS_FRAMES]


def row(text, labels=(), **more):
    """One line of the CSV; the id is Jigsaw's kind, 16 hexadecimal digits."""
    return {
        "id": hashlib.sha256(text.encode()).hexdigest()[:16], "comment_text": text,
        **{label: int(label in labels) for label in LABELS}, **more,
    }


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--comments", type=int, default=48000, help="training comments")
    parser.add_argument("--heldout", type=int, default=1000, help="comments of each held-out split")
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    for name, comments in corpus(arguments.comments, arguments.heldout, arguments.seed).items():
        write(os.path.join(arguments.folder, f"{name}.csv"), [row(text, labels) for text, labels in comments])
    write(os.path.join(arguments.folder, "bias.csv"), [row(text, term=term) for text, term in bias_slice()])


if __name__ == "__main__":
    main()
