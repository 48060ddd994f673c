"""Text to checked file: YAML with positions, the file's entries, expressions, the JSON Schema. Nothing is executed."""
