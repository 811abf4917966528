"""The routes of contract §5: one module per prefix, each with its ``router``."""
