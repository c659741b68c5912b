"""GPT-2's byte-level byte-pair encoding: training, encoding, decoding, and Hugging Face's vocab.json and merges.txt."""
import json
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path

END_OF_TEXT = "<|endoftext|>"
WHITE_SPACE = frozenset(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))
CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def _byte_characters():
    """byte -> the character that stands for it: itself where it prints, else one from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(0x100 + index) for index, byte in enumerate(others)}


BYTE_TO_CHARACTER = _byte_characters()  # in the order of the vocabulary's first 256 ids
CHARACTER_TO_BYTE = {character: byte for byte, character in BYTE_TO_CHARACTER.items()}


def _kind(character):
    if character in WHITE_SPACE:
        return "space"
    category = unicodedata.category(character)[0]
    return {"L": "letter", "N": "number"}.get(category, "other")


def split(text):
    """GPT-2's pieces: 's|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"""
    pieces, position, length = [], 0, len(text)
    while position < length:
        contraction = next((c for c in CONTRACTIONS if text.startswith(c, position)), None) if text[position] == "'" else None
        if contraction is not None:
            end = position + len(contraction)
        else:
            start = position + (text[position] == " " and position + 1 < length and _kind(text[position + 1]) != "space")
            kind, end = _kind(text[start]), start + 1
            while end < length and _kind(text[end]) == kind:
                end += 1
            # A run of white space leaves its last character to what follows it.
            if kind == "space" and end < length and end - position > 1:
                end -= 1
        pieces.append(text[position:end])
        position = end
    return pieces


def _symbols(piece):
    return tuple(BYTE_TO_CHARACTER[byte] for byte in piece.encode("utf-8", errors="replace"))


class Bpe:
    """vocabulary: symbol -> id; merges: pairs of symbols, the first to be merged first."""

    def __init__(self, vocabulary, merges):
        self.vocabulary, self.merges = vocabulary, merges
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.symbols = {index: symbol for symbol, index in vocabulary.items()}
        self._encode_piece = lru_cache(maxsize=65536)(self._encode_piece_uncached)

    @property
    def end_of_text(self):
        return self.vocabulary[END_OF_TEXT]

    def __len__(self):
        return max(self.vocabulary.values()) + 1

    def encode(self, text, allow_special=False):
        """Token ids. `<|endoftext|>` in the text stays text unless `allow_special`."""
        if allow_special and END_OF_TEXT in text:
            first, rest = text.split(END_OF_TEXT, 1)
            return [*self.encode(first), self.end_of_text, *self.encode(rest, True)]
        return [token for piece in split(text) for token in self._encode_piece(piece)]

    def _encode_piece_uncached(self, piece):
        symbols = list(_symbols(piece))
        while len(symbols) > 1:
            rank, at = min((self.ranks.get(pair, len(self.ranks)), at) for at, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == len(self.ranks):
                break
            symbols[at:at + 2] = ["".join(symbols[at:at + 2])]
        return [self.vocabulary[symbol] for symbol in symbols]

    def decode(self, tokens):
        """The text; a character that the tokens leave incomplete becomes U+FFFD."""
        data = bytearray()
        for token in tokens:
            symbol = self.symbols[int(token)]
            data += symbol.encode() if symbol == END_OF_TEXT else bytes(CHARACTER_TO_BYTE[character] for character in symbol)
        return data.decode("utf-8", errors="replace")

    def save(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps(self.vocabulary))
        lines = ["#version: 0.2", *(f"{left} {right}" for left, right in self.merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @staticmethod
    def load(vocabulary, merges):
        """From the paths of vocab.json (or encoder.json) and merges.txt (or vocab.bpe)."""
        lines = Path(merges).read_text(encoding="utf-8").split("\n")
        if lines[0].startswith("#version"):
            del lines[0]
        pairs = [tuple(line.rstrip("\r").split(" ")) for line in lines if line.strip()]
        return Bpe(json.loads(Path(vocabulary).read_text(encoding="utf-8")), pairs)

    @staticmethod
    def train(texts, size):
        """At most `size` tokens: 256 bytes, merges by falling frequency, <|endoftext|>. Pairs seen once are not merged."""
        counts = Counter(piece for text in texts for piece in split(text))
        words = [[list(_symbols(piece)), count] for piece, count in sorted(counts.items())]
        pairs, where = Counter(), defaultdict(set)
        for index, (symbols, count) in enumerate(words):
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
                where[pair].add(index)
        merges = []
        while len(merges) < size - 257 and pairs:
            # The most frequent; among equals the first in order, so that the same texts give the same vocabulary.
            best = min(pairs, key=lambda pair: (-pairs[pair], pair))
            if pairs[best] < 2:
                break
            merges.append(best)
            for index in where.pop(best):
                _merge(words[index], index, best, pairs, where)
            pairs.pop(best, None)
        symbols = [*BYTE_TO_CHARACTER.values(), *("".join(pair) for pair in merges), END_OF_TEXT]
        return Bpe({symbol: index for index, symbol in enumerate(dict.fromkeys(symbols))}, merges)


def _merge(word, index, best, pairs, where):
    """Replaces `best` in one word and keeps the counts of the pairs in step."""
    symbols, count = word
    for pair in zip(symbols, symbols[1:]):
        pairs[pair] -= count
    at = 0
    while at < len(symbols) - 1:
        if (symbols[at], symbols[at + 1]) == best:
            symbols[at:at + 2] = ["".join(best)]
        at += 1
    for pair in zip(symbols, symbols[1:]):
        pairs[pair] += count
        where[pair].add(index)
