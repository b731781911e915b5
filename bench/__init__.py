"""Measuring JVTrack; the product never imports it."""
