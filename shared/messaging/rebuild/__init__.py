"""Rebuilds a service's projections beside the live ones, compares both at a cut, and swaps them.

Whatever the rebuild writes lies in a schema of its own, the projection's tables and the backbone's alike: a projection
writes there by the same statements, and nobody who asks how far the service has come hears of it. That schema is made
in one transaction and goes in the one that swaps, so that a rebuild that was killed is either over or goes on.
"""
