"""What we know of a network: costs, receptive fields, coverage. Facts only; what to think of them is for rules."""
