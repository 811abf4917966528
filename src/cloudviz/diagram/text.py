"""Measuring text before it is drawn."""
