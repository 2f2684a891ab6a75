"""Inputs: cells, functions and scripts become a config and a payload."""
