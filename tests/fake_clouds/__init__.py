"""Stand-ins for the clouds, each a real server on a real socket."""
