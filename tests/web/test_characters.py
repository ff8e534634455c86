"""Pages and texts for people have no character that HTML forbids, whatever the graph holds."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.web.serving import BASE, BROWSER, serving_file
from urbact_graph.web.characters import escaped, shown
from urbact_graph.web.pages.page_head import script

ODD = {
    **{f"U+{code:04X}": chr(code) for code in (0x0, 0x1, 0x7, 0x8, 0xB, 0xE, 0x1B, 0x1F)},
    **{f"U+{code:04X}": chr(code) for code in (0x7F, 0x80, 0x85, 0x9F)},
    **{f"U+{code:04X}": chr(code) for code in (0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF)},
}
FINE = "\t \n é Łódź \u200e \u2028 \ufdcf \ufdf0 \ufffd \ue000 😀 \U0010fffd"


def is_plain(text: str) -> bool:
    """Tell whether no character is a control or a noncharacter (Infra standard, section 4.6)."""
    return not any(
        (ord(one) < 0x20 and one not in "\t\n\f\r")
        or 0x7F <= ord(one) <= 0x9F
        or 0xFDD0 <= ord(one) <= 0xFDEF
        or ord(one) & 0xFFFE == 0xFFFE
        for one in text
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Serve an entity for each odd character, in its label and in an IRI."""
    file = tmp_path_factory.mktemp("odd") / "odd.nt"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = []
    for name, character in ODD.items():
        coded, entity = f"\\U{ord(character):08X}", f"<{BASE}e/{name[2:]}>"
        lines.append(f'{entity} {label} "[{coded}]" .')
        lines.append(f'{entity} <{BASE}p> "[{coded}{coded}]"@en .')
    file.write_text("\n".join(lines), encoding="utf-8")
    with serving_file(file, base_iri=BASE, dataset=file) as app:
        yield app.test_client()


@pytest.mark.process
@pytest.mark.parametrize("name", ODD)
def test_pages_show_a_sign_instead(client: FlaskClient, name: str) -> None:
    coded = f"\\U{ord(ODD[name]):08X}"
    query = f'SELECT ("[{coded}]" AS ?x) ("[{coded}]"^^<x:y> AS ?z) {{}}'
    mistake = f"SELECT {ODD[name]} {{}}"
    for path in (
        f"/e/{name[2:]}.html",
        f"/sparql?format=html&query={quote(query)}",
        f"/sparql?format=html&query={quote(mistake)}",
        f"/e/{quote(ODD[name])}",
    ):
        page = client.get(path, headers=BROWSER)
        assert page.mimetype == "text/html"
        assert is_plain(html.unescape(re.sub(r"<script.*?</script>", "", page.text, flags=re.S)))
        assert "\ufffd" in page.text


@pytest.mark.process
@pytest.mark.parametrize("name", ODD)
def test_data_has_the_character(client: FlaskClient, name: str) -> None:
    lines = client.get(f"/e/{name[2:]}.jsonld").get_json()
    value = json.dumps(f"[{ODD[name]}]", ensure_ascii=False)
    assert value in json.dumps(lines, ensure_ascii=False)
    text = client.get(f"/nowhere/{quote(ODD[name])}", headers={"User-Agent": "curl/8.0"})
    assert (text.status_code, text.mimetype) == (404, "text/plain")
    assert is_plain(text.text)


def test_other_characters_stay() -> None:
    assert shown(FINE) == FINE
    assert escaped(FINE) == FINE


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from([*ODD.values()])))
def test_all_texts_can_be_shown_and_markup_keeps_them(text: str) -> None:
    assert is_plain(shown(text))
    assert len(shown(text)) == len(text)
    markup = str(script({"name": text}))
    assert is_plain(markup)
    assert json.loads(markup) == {"name": text}


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb", "\udc00\ud800"])
def test_halves_of_characters_can_be_sent(half: str) -> None:
    assert "\ufffd" in shown(half).encode().decode()
    assert json.loads(str(script({"name": half})).encode()) == {"name": half}
