"""What changed when: the commits of a working copy, and what two graphs differ in."""
