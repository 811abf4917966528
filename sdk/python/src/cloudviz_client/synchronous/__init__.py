"""The client without asyncio, made of the asynchronous one by ``make openapi``."""
