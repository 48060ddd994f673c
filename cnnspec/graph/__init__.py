"""The resolved network: every expression evaluated, every name followed, every shape known or its failure recorded."""
