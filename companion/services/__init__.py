"""Effects: blocking, Qt-free, with library errors translated at the edge."""
