"""PyTorch code from a network, in the structure that its author gave it."""
