# The contributor's loop; `make check` is all that must pass before a change is proposed.
.PHONY: test slow exhaustive engine-suite lint types docs check serve notebooks

test:
	pytest

slow:
	pytest -m slow

# Before a release: all of what the slow tests try a part of.
exhaustive:
	pytest -m exhaustive

# Before a release: the tests of the server and the web on an engine elsewhere (docs/engines.md).
engine-suite:
	pytest --engine oxigraph tests/web tests/server

lint:
	ruff format --check .
	ruff check .
	typos

types:
	mypy

docs:
	python -m docs.site

check: lint types docs test slow

# Runs the notebooks anew, and renders them for docs/notebooks/.
notebooks:
	python notebooks/make.py

serve:
	urbact-graph serve
