"""From fact tables (JSON Lines) to Turtle in data/."""
