"""Kinds of stores: what each can do, and what its answers mean."""
