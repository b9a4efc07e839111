"""The reference pages, one module each: what they say comes from the data and nowhere else."""
