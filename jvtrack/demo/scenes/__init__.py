"""The scenes, one a module: `play` lets it happen and gives what it showed."""
