"""Hyperparameter tuning in a notebook cell, in the words of Amazon's AMT.

Public names are loaded at first use: the import itself stays cheap.
"""
