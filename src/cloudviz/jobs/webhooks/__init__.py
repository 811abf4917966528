"""Telling others of events: endpoints, what they are told, and that it arrives.

``endpoints`` keeps them, ``spreading`` turns events of the outbox into deliveries, ``messages`` writes what is
sent, ``signing`` signs it, ``verdicts`` decides what follows from an answer, ``deliverer`` does the sending.
"""
