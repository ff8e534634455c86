"""Check the built dataset against the shapes, and tell a curator what to mend and where."""
