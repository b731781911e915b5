"""Causes what operators have to deal with, on a real system, and times until monitor says so in words."""
