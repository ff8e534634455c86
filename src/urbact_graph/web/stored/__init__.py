"""The stored queries over HTTP: what is asked of them, their answers, and what describes them."""
