"""The client for asyncio, written by hand; the one without is made of it."""
