"""Invented shops, well and ill, in thousands: what the rules are held against."""
