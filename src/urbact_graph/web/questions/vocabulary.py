"""Words that stand for themes, countries, addressees and for other words in questions."""

from collections.abc import Iterator

from urbact_graph.spelling import folded
from urbact_graph.web.search.words import stems

# What people say for a theme, beside its own labels; the paths are those of themes.
THEME_WORDS = {
    "theme/ageing": ("old people", "older people", "elderly", "seniors"),
    "theme/biodiversity-and-green-space": ("biodiversity", "green space", "green spaces", "nature"),
    "theme/circular-economy": ("circularity", "reuse"),
    "theme/city-branding": ("branding", "city marketing"),
    "theme/climate-action": ("climate", "climate change"),
    "theme/climate-adaptation": ("adaptation",),
    "theme/culture-heritage": ("culture", "heritage", "cultural heritage"),
    "theme/digital-transition": ("digital", "digitalisation", "smart cities", "smart city"),
    "theme/disadvantaged-neighbourhoods": ("deprived neighbourhoods", "poor neighbourhoods"),
    "theme/energy-transition": ("energy", "energy efficiency", "renewable energy"),
    "theme/entrepreneurship-and-smes": ("entrepreneurship", "small businesses", "start-ups"),
    "theme/gender-equality": ("gender", "women"),
    "theme/housing": ("affordable housing", "social housing", "homes"),
    "theme/jobs-and-skills": ("jobs", "employment", "unemployment", "skills"),
    "theme/migrants": ("migration", "refugees", "immigrants", "integration of migrants"),
    "theme/mobility": ("transport", "public transport", "cycling", "walking", "traffic"),
    "theme/participation": ("citizen participation", "citizens' participation"),
    "theme/poverty": ("homelessness", "homeless people"),
    "theme/public-procurement": ("procurement",),
    "theme/research-and-innovation": ("research",),
    "theme/urban-renewal": ("regeneration", "urban regeneration"),
    "theme/urban-rural": ("urban-rural links",),
    "theme/urban-safety": ("crime", "safety", "security"),
    "theme/waste": ("recycling",),
    "theme/youth": ("young people", "young"),
}

OTHER_COUNTRY_NAMES = {
    "GB": ("UK", "Great Britain"),
    "NL": ("Holland",),
    "CZ": ("Czech Republic",),
    "SI": ("Slovene",),
}
# What people say for those whom recommendations are for, by the local names of the individuals.
ADDRESSEE_WORDS = {
    "CitiesAddressee": ("city", "municipality", "municipalities", "towns", "local authorities"),
    "RegionsAddressee": ("regional authorities", "regional governments"),
    "NationalAddressee": (
        *("national governments", "national government", "governments", "the government"),
        *("ministries", "the state", "member states"),
    ),
    "EuropeanUnionAddressee": ("EU", "European Commission", "the Commission"),
    "ManagingAuthoritiesAddressee": ("managing authority",),
}
# Nouns of classes, by the local name of the class.
CLASSES = {
    "networks": "Network",
    "partnerships": "Partnership",
    "plans": "Plan",
    "recommendations": "Recommendation",
    "calls": "Call",
    "cities": "City",
    "programmes": "Programme",
}

# Words that mean the same in questions, after the one that the queries have.
_ALIKE = """
network: project projects
city: town towns municipality municipalities village villages
recommend: advice advise advises lesson lessons learn learnt learned suggest suggestion suggestions
recommend: guidance tip tips should
country: nation nations state states
take: join joined joins joining took taken participate participated participating participation
take: participant participants involve involved sit sat attend attended enter entered belong
take: belongs belonged member members
work: cooperate cooperated cooperates cooperation collaborate collaborated collaboration deal deals
work: dealt dealing tackle tackled tackling address addressed addressing focus focused
work: handle handled work: partnered engage engaged together talk contact
meet: met meets encounter encountered
write: written wrote writes produce produced draft drafted prepare prepared adopt adopted develop
write: developed publish published
lead: led leads leader leaders leading coordinated coordinating coordinator coordinators head headed
lead: chaired managed
start: begin began begun begins launch launched
run: ran running active ongoing operate operated
many: number count amount quantity
most: popular popularity top highest greatest often frequent frequently
near: close closest nearby nearest around surrounding vicinity neighbour neighbours neighbouring
budget: money fund funds funding cost costs spend spent euro euros
code: id ids identifier identifiers
miss: lack lacks lacking without incomplete no not never none absent missing gap gaps
similar: alike like resemble resembles resembling comparable related
share: percentage percent proportion fraction
come: came comes coming
result: outcome outcomes resulted resulting achievement achievements
again: return returned returning repeat repeatedly regularly keep keeps kept
new: newcomer newcomers first
expert: consultant consultants adviser advisers advisor advisors
accompany: support supported supports assist assisted help helped guide guided coach coached
name: called named spelt spelled
approve: approved select selected accept accepted grant granted
announce: promise promised foresee foreseen intend intended
complete: completeness exhaustive coverage
review: check checked verify verified
match: equivalent equivalents correspond corresponds corresponding mapped mapping
theme: topic subject subjects issue issues
site: website websites
region: province provinces
large: big size bigger larger largest biggest
year: annual annually yearly
population: inhabitants residents
pair: pairs couple two
each: per every
kind: type types sort sorts
evidence: sure certain know known
find: search look
disagree: contradict contradicts contradiction conflict conflicts inconsistent
"""


def _alike() -> Iterator[tuple[str, str]]:
    for line in _ALIKE.strip().splitlines():
        same, _, words = line.partition(": ")
        for word in words.split():
            yield word, stems(same)[0]


# What counts as the stem of a word; by the word, as "coordinated" says something else than
# "coordinates".
SAME = dict(_alike())
# Words that say nothing of what is asked, beside those that have no stem.
_EMPTY = """
show list me all please give tell there any has had have been be some ever only would could i we you
us that those these such also did just want see get got one them then than its it so about let
may might must need shall done do doing far council happened happen
"""
EMPTY = frozenset(_EMPTY.split())
# Words that ask, and say something of what is asked although they have no stem.
ASKING = frozenset(("who", "when", "where"))


def terms(text: str) -> list[str]:
    """Return the stems of ``text`` that say what is asked, those of the same meaning as one."""
    found = []
    for word in folded(text).split():
        if word in ASKING:
            found.append(word)
        elif word in SAME:
            found.append(SAME[word])
        elif word not in EMPTY and len(word) > 1:
            found += stems(word)
    return found
