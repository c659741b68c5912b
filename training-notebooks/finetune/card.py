"""Model cards: words written by hand, numbers filled in by a notebook."""
import re
from pathlib import Path


def fill(path, sections):
    """Puts each text of `sections` (name -> Markdown) between `<!-- name -->` and `<!-- end -->` of the card at `path`.

    Sections that the card lacks are added at its end, so a new folder gets a bare card.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8") if path.exists() else f"# {path.resolve().parent.name}\n"
    for name, section in sections.items():
        block = f"<!-- {name} -->\n{section}\n<!-- end -->"
        pattern = re.compile(rf"<!-- {re.escape(name)} -->\n.*?<!-- end -->", re.DOTALL)
        text = pattern.sub(lambda _: block, text) if pattern.search(text) else f"{text}\n{block}\n"
    path.write_text(text, encoding="utf-8")


def table(path, name):
    """The table of a card's section as [{column: text}]."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n(.*?)<!-- end -->", Path(path).read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise ValueError(f"{path} has no section {name}")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found.group(1).splitlines() if line.startswith("|")]
    return [dict(zip(rows[0], row)) for row in rows[2:]]
