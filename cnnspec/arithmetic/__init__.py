"""Whole numbers only: shapes, windows and receptive fields. Knows nothing of files, layers or PyTorch."""
