import json

import pytest

from finetune.texts import clean_comment, pack, read_texts


@pytest.mark.parametrize("raw, cleaned", [
    ("You &amp; me &lt;3, see [this page](https://example.org/a_b) please", "You & me <3, see this page please"),
    ("&amp;gt; what he said\nI do not agree with that at all.", "I do not agree with that at all."),
    ("> quoted words\n> more of them\n\nMy own answer is longer.", "My own answer is longer."),
    ("This is **very** *important* and ~~wrong~~ `code` ok", "This is very important and wrong code ok"),
    ("Look at https://example.org/x?y=1 because it is nice", "Look at because it is nice"),
    ("snake_case stays, and 2 * 3 too, as it should", "snake_case stays, and 2 * 3 too, as it should"),
    ("One line.\r\n\r\n\r\n\r\nAnother   line.", "One line.\n\nAnother line."),
])
def test_clean_comment_leaves_what_was_meant(raw, cleaned):
    assert clean_comment(raw) == (cleaned, None)


@pytest.mark.parametrize("text, author, reason", [
    ("[deleted]", "x", "deleted"), (" [Removed]\n", "x", "deleted"), ("Your post has been removed for a reason.", "AutoModerator", "bot"),
    ("I am a bot, and this action was performed automatically.", "x", "bot"), ("A long and friendly reminder for you.", "helpful-bot", "bot"),
    ("lol", "x", "too short"), ("> only a long quotation of somebody else", "x", "too short"),
])
def test_clean_comment_says_why_it_leaves_one_out(text, author, reason):
    assert clean_comment(text, author) == (None, reason)


ROWS = [{"body": "The first comment is long enough.", "author": "a"}, {"body": "the first   comment is long ENOUGH.", "author": "b"},
        {"body": "[deleted]", "author": "[deleted]"}, {"body": "A second, \"quoted\" comment,\nover two lines.", "author": "c"}]


def test_read_texts_bigquery_export_as_csv_and_jsonl_gives_the_same(tmp_path):
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    quoted = "".join('"{}",{}\n'.format(row["body"].replace('"', '""'), row["author"]) for row in ROWS)
    (tmp_path / "x.csv").write_text("body,author\n" + quoted)
    expected = [ROWS[0]["body"], ROWS[3]["body"]]
    for name in ("x.csv", "x.jsonl"):
        texts, dropped = read_texts(tmp_path / name)
        assert texts == expected
        assert dropped == {"duplicate": 1, "deleted": 1}


def test_read_texts_column_that_is_missing_names_those_there(tmp_path):
    (tmp_path / "x.csv").write_text("text,author\na,b\n")
    with pytest.raises(ValueError, match="no column 'body'; it has 'text', 'author'"):
        read_texts(tmp_path / "x.csv")


def test_read_texts_file_has_a_text_a_line_and_a_folder_a_text_a_file(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\ntwo\none\n")
    (tmp_path / "b.txt").write_text("three")
    assert read_texts(tmp_path / "a.txt")[0] == ["one", "two"]
    assert read_texts(tmp_path)[0] == ["one\n\ntwo\none", "three"]


def test_pack_every_token_is_predicted_once():
    blocks = pack([[1, 2, 3], [4, 5], [6]], end_of_text=0, positions=3)
    assert blocks.tolist() == [[0, 1, 2, 3], [3, 0, 4, 5], [5, 0, 6, 0]]


def test_pack_too_little_text_says_so():
    with pytest.raises(ValueError, match="do not fill one block of 8"):
        pack([[1]], 0, 8)
