"""The countries: a page for each, and their list."""

from flask import Blueprint, Response, render_template
from rapidfuzz import process
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.pages.country import CountryPage, countries_of, country_markup
from urbact_graph.web.pages.page_head import script
from urbact_graph.web.spellings import redirect_to

# How much of an unknown name an error repeats.
_LONGEST = 40

routes = Blueprint("countries", __name__)


@routes.get("/countries")
def countries() -> Response:
    """Give the list of the countries."""
    atlas = atlas_of(current_snapshot())
    return Response(render_template("kinds/countries.html", countries=countries_of(atlas)))


@routes.get("/countries/<code>")
def country(code: str) -> AnyResponse:
    """Give the page of a country, whose IRI is the EU's; its name or another spelling redirects."""
    atlas = atlas_of(current_snapshot())
    known = atlas.countries.get(code.upper())
    if known and code == code.lower():
        page = CountryPage.of(known, atlas)
        markup = country_markup(known, f"{current_context().public_address}/{known.path}")
        return Response(
            render_template("kinds/country.html", of=page, atlas=atlas, script=script(markup))
        )
    wanted = code.removesuffix(".html").casefold()
    names = {one.name.casefold(): one for one in atlas.countries.values()}
    known = atlas.countries.get(wanted.upper()) or names.get(wanted)
    if known:
        return redirect_to(known.path)
    near = process.extractOne(wanted[:_LONGEST], names.keys())
    hint = f" Did you mean /{names[near[0]].path}?" if near else ""
    raise ProblemError(
        NOT_FOUND, f"There is no country '{code[:_LONGEST]}' with partners of networks.{hint}"
    )
