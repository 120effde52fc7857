"""How results are described and shown: data, text and HTML. Knows nothing of what the results are about."""
