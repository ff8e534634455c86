"""The tables of the current release: /tables, /tables/NAME."""

import csv
import io
import json
from datetime import UTC, datetime
from importlib.util import find_spec

from flask import Blueprint, jsonify, render_template, request
from flask import Response as AnyResponse

from urbact_graph.release.tables import LINE_END
from urbact_graph.web.context import current_context, current_snapshot, served_release
from urbact_graph.web.documents.links import link_header
from urbact_graph.web.problems import release_removed
from urbact_graph.web.protocol import parameters
from urbact_graph.web.response import PublishedFile, Response
from urbact_graph.web.routes.lists import chosen_form
from urbact_graph.web.stored.asked import read_part, refuse_repeated, refuse_unknown
from urbact_graph.web.stored.code import codes
from urbact_graph.web.stored.parts import TOTAL, part_links
from urbact_graph.web.tables.parquet import PARQUET_TYPE, write_parquet
from urbact_graph.web.tables.table import Table, tables_of

_FORMATS = ("csv", "json", "parquet", "html")
_CSV_TYPE = "text/csv; charset=utf-8; header=present"
_PARAMETERS = ("format", "limit", "offset")
# The rows that a page shows, unless the request says how many.
_SHOWN = 20

routes = Blueprint("tables", __name__)


@routes.get("/tables")
def tables() -> AnyResponse:
    """Give the tables with their columns, as a page or as JSON."""
    found = tables_of(current_snapshot()).by_name.values()
    values = parameters(request)
    refuse_repeated(values)
    refuse_unknown(values, _PARAMETERS[:1])
    if chosen_form(("json", "html")) == "html":
        response: AnyResponse = Response(render_template("tables.html", tables=found))
    else:
        listed = [{"name": one.name, "title": one.title, "columns": _columns(one)} for one in found]
        response = jsonify({"tables": listed})
    response.vary.add("Accept")
    return response


@routes.get("/tables/<name>")
def table(name: str) -> AnyResponse:
    """Give the table ``name``, or a part of its rows, as CSV, JSON, Parquet or a page."""
    chosen = tables_of(current_snapshot()).get(name)
    values = parameters(request)
    refuse_repeated(values)
    refuse_unknown(values, _PARAMETERS)
    limit, offset = read_part(values)
    form = chosen_form(_FORMATS)
    if form == "csv" and limit is None and not offset:
        response, total = _file(chosen), len(chosen.texts())
    else:
        texts = chosen.texts()
        total = len(texts)
        if form == "html" and limit is None:
            limit = _SHOWN
        part = texts[offset : None if limit is None else offset + limit]
        response = _WRITERS[form](chosen, part, total)
    response.headers[TOTAL] = str(total)
    links = part_links(f"tables/{name}", {"format": form}, limit, offset, total)
    if links and form != "html":
        response.headers["Link"] = link_header(links)
    if form != "html":
        response.headers["Content-Disposition"] = f'inline; filename="{chosen.file_name}.{form}"'
    response.vary.add("Accept")
    return response


def _file(table: Table) -> Response:
    """Give the file of the release, which is never made again."""
    release = served_release("")
    files = {file.name: file for file in release.files}
    known = files[table.path.name]
    try:
        written = datetime.fromtimestamp(table.path.stat().st_mtime, UTC)
    except OSError:
        raise release_removed() from None
    # Other formats of the table are at this address, too.
    file = PublishedFile(table.path, known.bytes, f"{known.sha256}-csv")
    return Response.of_file(file, written, _CSV_TYPE)


def _csv(table: Table, texts: list[list[str]], _: int) -> Response:
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator=LINE_END)
    writer.writerow([column.name for column in table.columns])
    writer.writerows(texts)
    return Response(output.getvalue(), content_type=_CSV_TYPE)


def _json(table: Table, texts: list[list[str]], total: int) -> Response:
    body = {
        "table": table.name,
        "version": table.version,
        "total": total,
        "columns": _columns(table),
        "rows": list(table.cells(texts)),
    }
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, content_type="application/json")


def _parquet(table: Table, texts: list[list[str]], _: int) -> Response:
    return Response(write_parquet(table, texts), content_type=PARQUET_TYPE)


def _html(table: Table, texts: list[list[str]], total: int) -> Response:
    root = current_context().public_address
    address = f"{root}/tables/{table.name}?format=csv"
    return Response(
        render_template(
            "table.html",
            table=table,
            rows=list(table.cells(texts)),
            total=total,
            codes=codes(address, "csv"),
            has_parquet=find_spec("pyarrow") is not None,
        )
    )


_WRITERS = {"csv": _csv, "json": _json, "parquet": _parquet, "html": _html}


def _columns(table: Table) -> list[dict[str, object]]:
    return [
        {
            "name": one.name,
            "title": one.title,
            "description": one.description,
            "datatype": one.datatype,
            "many": one.is_many,
            "required": one.is_required,
        }
        for one in table.columns
    ]
