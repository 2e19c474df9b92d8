"""A desktop companion for people who bought software in an online store."""

__version__ = "0.1.0"
