"""From files to a plan, through everything between."""
