"""First files for authors: a rule with cases that hold, and a plugin that passes its own tests."""
