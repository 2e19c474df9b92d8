"""Notices outside the window: their form, and how their buttons come back."""
