"""Pictures: the maps of cities, and figures of the programmes, themes and countries."""
