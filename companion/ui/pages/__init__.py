"""The pages of the window: they render values and say where the person wants to go."""
