"""This PC before, during and after an installation."""
