"""What requests and replies look like: one module per noun. They are the source of ``/openapi.json``."""
