"""Writing files so that they appear whole or not at all."""
