"""What sources write beside a name: "Municipality of", "Stadt", "kommune", and so on.

The lists are of words that stand for the city itself or its administration. A county, a province
or a metropolis is another thing than the city, so that its words are not left out.
"""

from collections.abc import Iterator

from urbact_graph.spelling import folded

# Before the name, folded; the longest that fits is left out first.
_BEFORE = {
    "city": """
        the city of | the municipality of | the town of | city of | town of | municipality of
        municipal council of | city council of | town council of | council of the city of
        commune of | borough of | urban municipality of | city municipality of | mayor of
        municipal administration of | city administration of | city hall of | royal city of
        free hanseatic city of | hanseatic city of | capital city of | metropolitan borough of
        stadt | die stadt | hansestadt | freie und hansestadt | freie hansestadt | gemeinde
        landeshauptstadt | bundeshauptstadt | stadtgemeinde | marktgemeinde | stadtverwaltung
        universitatsstadt | kreisstadt | kreisfreie stadt | magistrat der stadt
        wissenschaftsstadt
        landeshauptstadt stadt | stadt und land
        ville de | ville d | la ville de | la ville d | commune de | commune d
        mairie de | mairie d
        ville du | mairie du | commune du | municipalite de | municipalite d | ville des | ville
        communaute de la ville de | commune
        comune di | comune d | comune de | citta di | citta d | municipio di | comune dell
        comune della | comune del | comune dei | amministrazione comunale di | comune
        ayuntamiento de | ayuntamiento d | excmo ayuntamiento de | excelentisimo ayuntamiento de
        ayuntamiento del | ciudad de | municipio de | municipio del | ajuntament de | ajuntament d
        ajuntament del | concello de | concello da | concello do | ciutat de | ayto de
        camara municipal de | camara municipal do | camara municipal da | camara municipal dos
        municipio do | municipio da | cidade de | cidade do | cidade da | concelho de | concelho do
        concelho da | c m de
        gemeente | stad | stad van | de stad | gemeente s | ville stad
        miasto | gmina | gmina miasto | gmina miejska | miasto stoleczne | urzad miasta
        urzad miejski | urzad miejski w | urzad miejski we | miasto i gmina | m st
        mesto | statutarni mesto | hlavni mesto | obec | magistrat mesta | hlavne mesto
        mestsky urad | magistrat mesta
        municipiul | primaria | primaria municipiului | orasul | primaria orasului | comuna
        municipality | grad | mestna obcina | obcina | opstina | opcina | gradska uprava
        municipality of the city of | δημος | dimos | δημος της | obshtina | obstina | община | град
        bashkia | bashkia e | bashkise | commune de la ville de
        stadsbestuur | gemeentebestuur | gemeentebestuur van | kunsill lokali
        місто | miska rada | gorod | mun of | munic of | munic
    """,
    "network": """
        urbact | the urbact | urbact iv | urbact iii | urbact ii | urbact i | network | project
        the network | the project | urbact network | urbact project
        urbact 1 | urbact 2 | urbact 3 | urbact 4
    """,
    "person": """
        mr | mrs | ms | miss | sir | dr | prof | professor | prof dr | mag | arch | ing | dott
    """,
    "theme": "theme | topic | urban | the theme of | the topic of",
    "country": "the | republic of | the republic of | kingdom of | the kingdom of",
    "programme": "the | programme | program",
    "call": "the | urbact",
}
# Behind the name.
_BEHIND = {
    "city": """
        city | city council | council | town | town council | municipality | municipal council
        borough | borough council | metropolitan borough council | metropolitan borough | city hall
        town hall | mbc | urban municipality | city municipality | commune | municipal authority
        corporation | municipal corporation | local council | local municipality
        stadt | landeshauptstadt | hansestadt | gemeinde | stadtverwaltung | universitatsstadt
        kommun | kommune | stad | kaupunki | stads | by
        linn | vald | linnavalitsus | vallavalitsus | pilseta | valstspilseta | novads | dome
        pasvaldiba | miestas | rajonas | savivaldybe | varos | megyei jogu varos | onkormanyzata
        varos onkormanyzata | megyei jogu varos onkormanyzata | nagykozseg
        belediyesi | buyuksehir belediyesi | udala | ayuntamiento | ajuntament | concello | comune
        mairie | ville | gemeente | miasto | gmina | municipio | mesto | obcina | mestna obcina
        opstina | opcina | primaria | δημος | община
    """,
    "network": """
        network | project | urbact | transfer network | action planning network | urbact network
        urbact project | pilot network | implementation network | thematic network | working group
        innovation transfer network | transfer mechanism
    """,
    "person": "phd | msc | ma | mba | lead expert | urbact expert | expert | dr",
    "theme": "theme | topic | policy | policies",
    "programme": "programme | program",
    "call": "call",
}
# What a preposition that has grown together with an article leaves of it before the name.
_ARTICLES = {
    "du": "le",
    "des": "les",
    "del": "el",
    "do": "o",
    "da": "a",
    "dos": "os",
    "dell": "l",
    "della": "la",
    "dei": "i",
}
# Words of these languages give a name the ending of a genitive: Göteborgs Stad.
_OF_GENITIVE = frozenset(("stad", "kommun", "kommune"))
_SHORTEST = 3


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the phrases of a list, each as its words, the longest first."""
    lines = (line for line in text.replace("|", "\n").splitlines() if line.strip())
    return tuple(
        sorted({tuple(folded(line).split()) for line in lines}, key=lambda one: (-len(one), one))
    )


_PHRASES_BEFORE = {kind: _phrases(text) for kind, text in _BEFORE.items()}
_PHRASES_BEHIND = {kind: _phrases(text) for kind, text in _BEHIND.items()}


def is_designation(spelling: str, kind: str) -> bool:
    """Tell whether ``spelling``, which is folded, only says of what ``kind`` a thing is."""
    words = tuple(spelling.split())
    listed = (*_PHRASES_BEFORE.get(kind, ()), *_PHRASES_BEHIND.get(kind, ()))
    return words in listed


def without_designation(spelling: str, kind: str) -> Iterator[str]:
    """Yield what may be the name in ``spelling``, which is folded, of a thing of ``kind``.

    Where words say what it is, they are left out; the most likely name comes first.
    """
    words = tuple(spelling.split())
    for phrase in _PHRASES_BEFORE.get(kind, ()):
        rest = words[len(phrase) :]
        if rest and words[: len(phrase)] == phrase:
            article = _ARTICLES.get(phrase[-1])
            if article:
                yield " ".join((article, *rest))
            yield from _without_end(rest, kind)
    yield from (found for found in _without_end(words, kind) if found != spelling)


def _without_end(words: tuple[str, ...], kind: str) -> Iterator[str]:
    """Yield ``words`` without what stands behind the name, then as they are."""
    for phrase in _PHRASES_BEHIND.get(kind, ()):
        rest = words[: -len(phrase)]
        if rest and words[-len(phrase) :] == phrase:
            yield " ".join(rest)
            last = rest[-1]
            if phrase[-1] in _OF_GENITIVE and last.endswith("s") and len(last) > _SHORTEST:
                yield " ".join((*rest[:-1], last[:-1]))
    yield " ".join(words)
