"""What was asked of a command line as a whole, wherever it stood: ``--server``, ``--query``, ``--quiet``, …"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Asked:
    """The words that every command takes. One for the process: a command line is one command.

    Attributes:
        server: address of the server that was named on the command line, as it was written; empty for none.
        query: a JMESPath expression (https://jmespath.org/specification.html) to print what is found by it.
        quiet: no messages and no progress on stderr; errors stay.
        verbose: logs of all that is done, on stderr, with each request to a server.
    """

    server: str = ""
    query: str = ""
    quiet: bool = False
    verbose: bool = False

    def forget(self) -> None:
        """Begin anew, for the next command line of this process."""
        self.server = self.query = ""
        self.quiet = self.verbose = False


asked = Asked()
