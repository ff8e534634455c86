"""The guide: SPARQL in ten steps, the model, and what each kind of reader can do here."""
