"""Read tables that only the user can describe: column mappings and filled-in lists."""
