"""Keep each package's Chinese catalogue complete, without a gettext binary.

    python tools/catalogues.py update [package …]   # new msgids in, unused ones out, .mo written
    python tools/catalogues.py check  [package …]   # what is missing, with file and line; fails if anything is

Every package directly under ``niangjia`` has its own ``locale/zh_Hans/LC_MESSAGES/django.po``, so that two people who
add words in two packages do not meet. Msgids are the English sentences in Python (``_``, ``gettext…``,
``gettext_noop``) and in templates.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
ONE, MANY = None, (1, 2)
CONTEXT, CONTEXT_MANY = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), MANY),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), CONTEXT_MANY),
}
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif%]|\{\w*\}")
Key = tuple[str | None, str]


@dataclass(frozen=True)
class Word:
    """One msgid, and the first place where it stands."""

    msgid: str
    plural: str
    context: str | None
    path: Path
    line: int

    @property
    def key(self) -> Key:
        """What a catalogue finds it by."""
        return self.context, self.msgid


def packages(root: Path) -> list[Path]:
    """Return the packages that may hold words, by name."""
    return sorted(init.parent for init in (root / "niangjia").glob("*/__init__.py"))


def words_of(package: Path) -> dict[Key, Word]:
    """Return each msgid of a package once, in the order of its files."""
    words: dict[Key, Word] = {}
    for path in sorted([*package.rglob("*.py"), *package.rglob("templates/**/*.*")]):
        if path.suffix in {".py", ".html", ".txt"}:
            for word in _words_in(path):
                words.setdefault(word.key, word)
    return words


def _words_in(path: Path) -> Iterator[Word]:
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        # Inside brackets the tokenizer does not mind how what is left of a template is indented.
        source = f"({templatize(source, origin=str(path))}\n)"
    found = extract("python", BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, context in found:
        msgid, plural = message[:2] if isinstance(message, tuple) else (message, "")
        yield Word(msgid, plural, context, path, line)


def update(package: Path) -> None:
    """Bring a package's catalogue up to date: translations stay, new words are empty, unused ones go."""
    words = words_of(package)
    path = package / CATALOGUE
    if not words and not path.exists():
        return
    known = (
        {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    )
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = METADATA
    for key in sorted(words, key=lambda key: (key[1], key[0] or "")):
        catalogue.append(_entry(words[key], known.get(key), package))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))


def _entry(word: Word, known: polib.POEntry | None, package: Path) -> polib.POEntry:
    # The file without its line: a line number would change with every edit, and two branches would collide.
    entry = polib.POEntry(msgid=word.msgid, msgctxt=word.context, occurrences=[(_shown(word, package), "")])
    text = (known.msgstr or known.msgstr_plural.get(0, "")) if known else ""
    if word.plural:
        entry.msgid_plural, entry.msgstr_plural = word.plural, {0: text}
    else:
        entry.msgstr = text
    if "%(" in word.msgid:
        entry.flags.append("python-format")
    return entry


def _shown(word: Word, package: Path) -> str:
    return word.path.relative_to(package.parent.parent).as_posix()


def findings(package: Path) -> list[str]:
    """Return all that a reader in Chinese would miss in this package; nothing for a package without words."""
    words = words_of(package)
    path = package / CATALOGUE
    if not path.exists():
        return [_said(word, "has no catalogue entry") for word in words.values()]
    catalogue = polib.pofile(str(path))
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    return [
        *_missing(words, entries),
        *_unused(words, entries, path),
        *_stale(catalogue, path),
    ]


def _missing(words: dict[Key, Word], entries: dict[Key, polib.POEntry]) -> Iterator[str]:
    for key, word in words.items():
        entry = entries.get(key)
        if entry is None:
            yield _said(word, "has no catalogue entry")
        elif "fuzzy" in entry.flags:
            yield _said(word, "is marked fuzzy")
        elif not (text := translation(entry)):
            yield _said(word, "is not translated")
        elif not same_placeholders(word, text):
            yield _said(word, f"has other placeholders than {text!r}")


def _unused(words: dict[Key, Word], entries: dict[Key, polib.POEntry], path: Path) -> Iterator[str]:
    for key, entry in entries.items():
        if key not in words or entry.obsolete:
            yield f"{path}:{entry.linenum}: {entry.msgid!r} is used nowhere"


def _stale(catalogue: polib.POFile, path: Path) -> Iterator[str]:
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or _texts(polib.mofile(str(compiled))) != _texts(catalogue):
        yield f"{compiled}:1: does not hold what {path.name} says; run tools/catalogues.py update"


def _texts(catalogue: polib.POFile | polib.MOFile) -> dict[Key, str]:
    return {(entry.msgctxt, entry.msgid): text for entry in catalogue if (text := translation(entry))}


def translation(entry: polib.POEntry) -> str:
    """Return the Chinese text; Chinese has one form for any count."""
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def same_placeholders(word: Word, text: str) -> bool:
    """Say whether the text fills in what the msgid does; for a plural, what its plural form does."""
    return sorted(set(PLACEHOLDER.findall(word.plural or word.msgid))) == sorted(
        set(PLACEHOLDER.findall(text))
    )


def clashes(chosen: list[Path]) -> Iterator[str]:
    """Yield each msgid that two packages translate differently: Django shows one of the two in both places."""
    first: dict[Key, tuple[str, Path]] = {}
    for package in chosen:
        for key, word in words_of(package).items():
            text = _known_texts(package).get(key, "")
            said, elsewhere = first.setdefault(key, (text, package))
            if text and said and text != said:
                yield _said(
                    word, f"is {text!r} here and {said!r} in {elsewhere.name}; tell them apart with pgettext"
                )


@cache
def _known_texts(package: Path) -> dict[Key, str]:
    path = package / CATALOGUE
    return _texts(polib.pofile(str(path))) if path.exists() else {}


def _said(word: Word, what: str) -> str:
    return f"{word.path}:{word.line}: {word.msgid!r} {what}"


def main(arguments: list[str]) -> int:
    """Run ``update`` or ``check`` on the named packages, or on all. Returns the exit code."""
    verb, *names = arguments or [""]
    chosen = [package for package in packages(ROOT) if not names or package.name in names]
    if verb not in {"update", "check"} or len(chosen) < len(names):
        print(__doc__)
        return 2
    if verb == "update":
        for package in chosen:
            update(package)
    found = [finding for package in chosen for finding in findings(package)]
    found += clashes(packages(ROOT))
    print(*found, f"{len(found)} to mend in {len(chosen)} packages", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
