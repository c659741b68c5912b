"""Texts from files, cleaned where they are comments, packed into blocks that a model is trained on."""
import csv
import html
import json
import re
from collections import Counter
from pathlib import Path

import torch

LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
ADDRESS = re.compile(r"(https?://|www\.)\S+")
EMPHASIS = re.compile(r"(\*\*|__|~~|\^|`+)|(?<!\w)[*_](?=\w)|(?<=[\w.,!?])[*_](?!\w)")
BOT_AUTHOR = re.compile(r"(automoderator|[-_]bot|bot)$", re.IGNORECASE)
BOT_TEXT = re.compile(r"\b(i am|i'm|i am just|this is) an? (ro)?bot\b|beep boop|this (action|comment) was (performed|posted) automatically", re.IGNORECASE)


def read_texts(path, column="body", shortest=20):
    """(texts, counts of what was left out and why).

    A .txt file has a text a line; a .csv or .jsonl file, such as a BigQuery export, a comment a row, in `column`, cleaned;
    of a folder every file is read, a .txt file there being one text as a whole.
    """
    path, dropped = Path(path), Counter()
    if path.is_dir():
        texts = []
        for file in sorted(file for file in path.rglob("*") if file.suffix in (".txt", ".csv", ".jsonl", ".json")):
            texts += [file.read_text(encoding="utf-8").strip()] if file.suffix == ".txt" else _comments(file, column, shortest, dropped)
    elif path.suffix in (".csv", ".jsonl", ".json"):
        texts = _comments(path, column, shortest, dropped)
    else:
        texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return _distinct(texts, dropped), dropped


def _comments(path, column, shortest, dropped):
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file) if path.suffix == ".csv" else (json.loads(line) for line in file if line.strip())
        for row in rows:
            if column not in row:
                raise ValueError(f"{path} has no column {column!r}; it has {', '.join(map(repr, row))}")
            text, reason = clean_comment(row[column] or "", row.get("author") or "", shortest)
            if reason:
                dropped[reason] += 1
            else:
                yield text


def clean_comment(text, author="", shortest=20):
    """(text, None), or (None, why it is left out). Markdown's marks, quotes of other comments and addresses go."""
    text = html.unescape(html.unescape(text)).replace("\r\n", "\n").replace("\u200b", "")  # exports are often escaped twice
    if text.strip().lower() in ("[deleted]", "[removed]"):
        return None, "deleted"
    if BOT_AUTHOR.search(author) or BOT_TEXT.search(text):
        return None, "bot"
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    text = ADDRESS.sub("", LINK.sub(r"\1", text))
    text = EMPHASIS.sub("", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return (None, "too short") if len(text) < shortest else (text, None)


def _distinct(texts, dropped):
    seen, kept = set(), []
    for text in texts:
        key = " ".join(text.lower().split())
        if not key:
            continue
        if key in seen:
            dropped["duplicate"] += 1
        else:
            seen.add(key)
            kept.append(text)
    return kept


def pack(documents, end_of_text, positions):
    """Blocks [n, positions + 1] of one long sequence: <|endoftext|>, a document's ids, <|endoftext|>, the next one's, …

    A block's last token is the next one's first: it is predicted in the one and read in the other. What is left at the
    end and fills no block is not used.
    """
    stream = [token for document in documents for token in (end_of_text, *document)] + [end_of_text]
    count = (len(stream) - 1) // positions
    if count == 0:
        raise ValueError(f"{len(stream)} tokens do not fill one block of {positions}: more texts or fewer positions are needed")
    return torch.tensor(stream[:count * positions + 1]).unfold(0, positions + 1, positions)
