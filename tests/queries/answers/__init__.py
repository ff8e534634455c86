"""The answers that the stored queries should give, computed without SPARQL from data/."""

from . import calls, cities, computed, networks, participation, places, plans, themes, upkeep
from .facts import ANSWERS, Answer, Arguments, Facts

__all__ = ["ANSWERS", "Answer", "Arguments", "Facts"]
_REGISTERING = (calls, cities, computed, networks, participation, places, plans, themes, upkeep)
