"""The rules of demand as asked, of sourcing and of promises; no I/O."""
