"""The program that runs already: where it listens, and how a later start is made and reaches it."""
