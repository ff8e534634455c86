"""What stands inline becomes files and classes, and nothing else is changed."""

import re
from pathlib import Path

import pytest
from docs.site.policy import PolicyError, keep_to_policy


def rewritten(folder: Path, text: str, name: str = "page.html") -> str:
    page = folder / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, "utf-8")
    keep_to_policy(folder)
    return page.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "<p>plain</p>",
        "<!-- <script>x</script> <p style='a'> <style>b</style> -->",
        '<script src="a.js"></script>',
        '<script type="application/json">{"a": "<p style=\\"x\\">"}</script>',
        '<script type="application/ld+json">{}</script>',
        '<a href="https://elsewhere.example/">x</a>',
        '<link rel="canonical" href="https://elsewhere.example/">',
        "<pre>style=1 onclick=2</pre>",
    ],
)
def test_what_the_policy_allows_stays(text: str, tmp_path: Path) -> None:
    assert rewritten(tmp_path, text) == text


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script async src='//cdn.example/x.js'></script>",
        '<link rel="stylesheet" href="https://cdn.example/x.css">',
        '<link href="https://cdn.example/" rel="preconnect">',
    ],
)
def test_what_is_loaded_from_elsewhere_is_left_out(text: str, tmp_path: Path) -> None:
    assert rewritten(tmp_path, text) == ""


def test_an_inline_script_becomes_a_file(tmp_path: Path) -> None:
    text = rewritten(tmp_path, '<script type="module">let a = "</p>";</script>', "below/page.html")
    found = re.fullmatch(
        r'<script type="module" src="\.\./(_static/inline/\w+\.js)"></script>', text
    )
    assert found, text
    assert (tmp_path / found[1]).read_text("utf-8") == 'let a = "</p>";'


def test_inline_styles_become_a_file(tmp_path: Path) -> None:
    text = rewritten(tmp_path, '<style type="text/css">p > a { color: red }</style>')
    found = re.fullmatch(r'<link rel="stylesheet" href="(_static/inline/\w+\.css)">', text)
    assert found, text
    assert (tmp_path / found[1]).read_text("utf-8") == "p > a { color: red }"


def test_attributes_of_style_become_classes(tmp_path: Path) -> None:
    text = rewritten(
        tmp_path,
        '<head></head><td class="a b" style="width: 20%;" title="1 > 0">x</td>'
        "<p style='font-family: \"A\"'>y</p><br style=\"\"><td style='width: 20%'>",
    )
    assert "style=" not in text
    first, second, third = re.findall(r"s-[0-9a-f]{12}", text)
    assert first == third != second
    assert f'<td class="a b {first}" title="1 > 0">' in text
    assert '<link rel="stylesheet" href="_static/inline/attributes.css"></head>' in text
    sheet = (tmp_path / "_static/inline/attributes.css").read_text("utf-8")
    assert f".{first} {{ width: 20% }}" in sheet
    assert f'.{second} {{ font-family: "A" }}' in sheet


def test_a_handler_of_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="onclick"):
        rewritten(tmp_path, '<a onclick="go()">x</a>')
