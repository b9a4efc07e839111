"""What our own work is measured against: each file is a script of its own, without us."""
