"""SQL that writes; the only place that locks."""
