"""What the command ``frontline`` is made of: options, progress, tables, completion."""
