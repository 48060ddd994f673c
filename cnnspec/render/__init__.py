"""Renderers: an analysis with its findings to text. They compute nothing."""
