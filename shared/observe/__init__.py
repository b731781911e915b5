"""What a service shows of itself: logs, traces and metrics."""
