"""Our own line glyphs, one for each kind."""
