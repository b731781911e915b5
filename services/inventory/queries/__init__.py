"""SQL that reads, within what a principal may see."""
