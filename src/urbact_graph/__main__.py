"""``python -m urbact_graph`` is the command urbact-graph."""

from urbact_graph.cli import main

if __name__ == "__main__":
    main(prog_name="urbact-graph")
