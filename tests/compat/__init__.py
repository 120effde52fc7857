"""Installers and build backends, each with every layout that it makes editable in its own way."""
