"""WordPiece: learns an uncased vocabulary, and encodes as Hugging Face's fast BERT tokenizer and the classifier do."""
import json
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MAX_WORD_CHARACTERS = 100

_CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
        (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))  # Google has 2B820; Hugging Face's ids are what counts


def _is_dropped(character):
    if character in "\t\n\r":
        return False
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co")


def _is_punctuation(character):
    if character.isascii():
        return "!" <= character <= "/" or ":" <= character <= "@" or "[" <= character <= "`" or "{" <= character <= "~"
    return unicodedata.category(character).startswith("P")


def words(text, lower_case=True):
    """The words of a text, before they are cut into pieces: cleaned, CJK and punctuation by themselves, without accents."""
    kept = []
    for character in text:
        if _is_dropped(character):
            continue
        code = ord(character)
        kept.append(f" {character} " if code > 0x33FF and any(first <= code <= last for first, last in _CJK) else character)
    text = "".join(kept)
    if lower_case:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        text = "".join(c.lower() for c in text)  # one by one: no final sigma
    found = []
    for chunk in text.split():
        start = 0
        for at, character in enumerate(chunk):
            if _is_punctuation(character):
                found += [chunk[start:at], character]
                start = at + 1
        found.append(chunk[start:])
    return [word for word in found if word]


class WordPiece:
    """Immutable; `vocabulary` is the tokens in the order of their ids."""

    def __init__(self, vocabulary, lower_case=True, max_length=512):
        self.vocabulary, self.lower_case, self.max_length = list(vocabulary), lower_case, max_length
        self._ids = {token: index for index, token in enumerate(self.vocabulary)}
        self._longest = max(map(len, self.vocabulary))
        self._cache = {}
        self.padding, self._unknown, self._first, self._last = (self._ids[token] for token in SPECIALS[:4])

    @classmethod
    def load(cls, folder):
        """From vocab.txt and tokenizer_config.json of a Hugging Face folder."""
        folder = Path(folder)
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        settings = folder / "tokenizer_config.json"
        settings = json.loads(settings.read_text()) if settings.exists() else {}
        vocabulary = [line.rstrip("\r") for line in lines[:-1] + lines[-1:] if line]
        return cls(vocabulary, settings.get("do_lower_case", True), settings.get("model_max_length", 512))

    def save(self, folder):
        folder = Path(folder)
        (folder / "vocab.txt").write_text("".join(token + "\n" for token in self.vocabulary), encoding="utf-8")
        settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": self.lower_case, "model_max_length": self.max_length}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")

    def encode(self, text, max_length=None, allow_special=False):
        """[CLS], the pieces' ids, [SEP]; cut on the right to `max_length`.

        allow_special: `[SEP]` and the like in the text become those tokens, as in Hugging Face; otherwise they are text.
        """
        room = (max_length or self.max_length) - 2
        ids = []
        for part in self._parts(text) if allow_special else [text]:
            if allow_special and part in SPECIALS:
                ids.append(self._ids[part])
            else:
                for word in words(part, self.lower_case):
                    ids += self._pieces(word)
        return [self._first, *ids[:room], self._last]

    @staticmethod
    def _parts(text):
        parts, start, at = [], 0, 0
        while at < len(text):
            special = next((token for token in SPECIALS if text.startswith(token, at)), None)
            if special is None:
                at += 1
                continue
            parts += [text[start:at], special]
            start = at = at + len(special)
        return [*parts, text[start:]]

    def _pieces(self, word):
        ids = self._cache.get(word)
        if ids is None:
            ids = self._match(word)
            if len(self._cache) < 100_000:
                self._cache[word] = ids
        return ids

    def _match(self, word):
        # Greedy, longest first. Where nothing matches the whole word is unknown.
        if len(word) > MAX_WORD_CHARACTERS:
            return [self._unknown]
        ids, at = [], 0
        while at < len(word):
            prefix = "##" if at else ""
            for stop in range(min(len(word), at + self._longest), at, -1):
                piece = self._ids.get(prefix + word[at:stop])
                if piece is not None:
                    break
            else:
                return [self._unknown]
            ids.append(piece)
            at = stop
        return ids

    def tokens(self, ids):
        return [self.vocabulary[index] for index in ids]


def learn(texts, size, least_count=2, max_length=512):
    """A WordPiece of at most `size` tokens, learned as Hugging Face's trainer does: the commonest pair of neighbours is
    joined, again and again; ties go to the pair that sorts first, so the same texts give the same vocabulary."""
    counts = Counter(word for text in texts for word in words(text) if len(word) <= MAX_WORD_CHARACTERS)
    every_word = sorted(counts)
    spelled = [[word[0], *("##" + character for character in word[1:])] for word in every_word]
    # All of ASCII in both places, so that no English word is unknown.
    ascii_characters = {chr(code) for code in range(33, 127) if not chr(code).isupper()}
    alphabet = {piece for pieces in spelled for piece in pieces} | ascii_characters
    alphabet |= {"##" + character for character in ascii_characters if not _is_punctuation(character)}
    vocabulary = [*SPECIALS, *sorted(alphabet)]
    known = set(vocabulary)

    pairs, places = Counter(), defaultdict(set)
    for index, pieces in enumerate(spelled):
        for pair in zip(pieces, pieces[1:]):
            pairs[pair] += counts[every_word[index]]
            places[pair].add(index)
    while len(vocabulary) < size and pairs:
        pair = min(pairs, key=lambda candidate: (-pairs[candidate], candidate))
        if pairs[pair] < least_count:
            break
        joined = pair[0] + pair[1].removeprefix("##")
        if joined not in known:
            known.add(joined)
            vocabulary.append(joined)
        for index in places.pop(pair):
            pieces, weight = spelled[index], counts[every_word[index]]
            for old in zip(pieces, pieces[1:]):
                pairs[old] -= weight
                if pairs[old] <= 0:
                    del pairs[old]
            merged, at = [], 0
            while at < len(pieces):
                if tuple(pieces[at:at + 2]) == pair:
                    merged.append(joined)
                    at += 2
                else:
                    merged.append(pieces[at])
                    at += 1
            spelled[index] = merged
            for new in zip(merged, merged[1:]):
                pairs[new] += weight
                places[new].add(index)
        pairs.pop(pair, None)
    return WordPiece(vocabulary, lower_case=True, max_length=max_length)
