"""Makes the pages of a site keep to the Content-Security-Policy of the server.

It allows what is loaded from the server itself and forbids what stands inline. So inline scripts
and styles become files, attributes of style become classes, and what would be loaded from elsewhere
is left out.
"""

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = "_static/inline"
_STYLES = f"{_FOLDER}/attributes.css"
_DIGITS = 12
# A tag with its attributes, in which > may stand between quotes.
_ATTRIBUTES = r"(?:\"[^\"]*\"|'[^']*'|[^'\">])*"
_COMMENT = r"<!--.*?-->"
_SCRIPT = re.compile(rf"{_COMMENT}|<script\b({_ATTRIBUTES})>(.*?)</script\s*>", re.DOTALL | re.I)
_STYLE = re.compile(rf"{_COMMENT}|<style\b({_ATTRIBUTES})>(.*?)</style\s*>", re.DOTALL | re.I)
_LINK = re.compile(rf"<link\b({_ATTRIBUTES})>", re.I)
_TAG = re.compile(
    rf"{_COMMENT}|<script\b.*?</script\s*>|<([a-z][\w-]*)\b({_ATTRIBUTES})>", re.DOTALL | re.I
)
_STYLE_OF_TAG = re.compile(r"\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.I)
_CLASS_OF_TAG = re.compile(r"\sclass\s*=\s*(\"[^\"]*\"|'[^']*')", re.I)
_HANDLER = re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I)
_ELSEWHERE = re.compile(r"\s(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.I)
_SOURCE = re.compile(r"\ssrc\s*=", re.I)
_DATA = re.compile(r"\stype\s*=\s*[\"']?(?!(?:text|application)/javascript|module)[\w.+-]+/", re.I)


class PolicyError(Exception):
    """A page does what the policy forbids, and what no rewriting keeps."""


@dataclass
class _Site:
    """The files that inline content became, and the declarations of attributes by their class."""

    folder: Path
    declarations: dict[str, str] = field(default_factory=dict)

    def keep(self, content: str, suffix: str) -> str:
        """Write ``content`` to a file, unless it is there; return its path in the site."""
        path = f"{_FOLDER}/{_digest(content)}.{suffix}"
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        return path


def keep_to_policy(folder: Path) -> None:
    """Rewrite all pages below ``folder``.

    Raises:
        PolicyError: a page has a handler of events as an attribute.
    """
    site = _Site(folder)
    for file in sorted(folder.rglob("*.html")):
        up = "../" * (len(file.relative_to(folder).parts) - 1)
        text = file.read_text(encoding="utf-8")
        rewritten = _rewritten(text, site, up)
        if rewritten != text:
            file.write_text(rewritten, encoding="utf-8")
    if site.declarations:
        # As often as this the class has to be named to prevail over the rules of a style sheet.
        rules = [
            f".{name}.{name}.{name}.{name} {{ {text} }}\n"
            for name, text in site.declarations.items()
        ]
        (folder / _STYLES).parent.mkdir(parents=True, exist_ok=True)
        (folder / _STYLES).write_text("".join(rules), encoding="utf-8")


def _rewritten(text: str, site: _Site, up: str) -> str:
    def script(found: re.Match[str]) -> str:
        if found[1] is None or _DATA.search(found[1]):
            return found[0]
        if _SOURCE.search(found[1]):
            return "" if _ELSEWHERE.search(found[1]) else found[0]
        return f'<script{found[1]} src="{up}{site.keep(found[2], "js")}"></script>'

    def style(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return f'<link rel="stylesheet" href="{up}{site.keep(found[2], "css")}">'

    def link(found: re.Match[str]) -> str:
        is_loaded = re.search(
            r"\brel\s*=\s*[\"']?(stylesheet|preload|preconnect|dns|icon)", found[1]
        )
        return "" if is_loaded and _ELSEWHERE.search(found[1]) else found[0]

    text = _LINK.sub(link, _STYLE.sub(style, _SCRIPT.sub(script, text)))
    before = len(site.declarations)
    changed = _TAG.sub(_without_style(site), text)
    if changed != text or before != len(site.declarations):
        sheet = f'<link rel="stylesheet" href="{up}{_STYLES}">'
        changed = changed.replace("</head>", f"{sheet}</head>", 1)
    return changed


def _without_style(site: _Site) -> Callable[[re.Match[str]], str]:
    def tag(found: re.Match[str]) -> str:
        name, attributes = found[1], found[2]
        if name is None:
            return found[0]
        if _HANDLER.search(attributes):
            raise PolicyError(f"The policy of the pages forbids what this does: {found[0][:200]}")
        stated = _STYLE_OF_TAG.search(attributes)
        if not stated:
            return found[0]
        text = html.unescape(stated[1][1:-1]).strip().rstrip(";")
        attributes = attributes.replace(stated[0], "", 1)
        if not text:
            return f"<{name}{attributes}>"
        new = f"s-{_digest(text)}"
        site.declarations[new] = text
        classes = _CLASS_OF_TAG.search(attributes)
        if not classes:
            return f'<{name} class="{new}"{attributes}>'
        with_new = f' class="{classes[1][1:-1]} {new}"'
        return f"<{name}{attributes.replace(classes[0], with_new, 1)}>"

    return tag


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
