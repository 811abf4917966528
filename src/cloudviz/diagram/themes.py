"""Colours and strokes of the themes."""
