"""Tries Grafana's panels and Prometheus' rules on a real Prometheus that scrapes a loaded system."""
