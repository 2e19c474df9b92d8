"""Each job a store's customer comes with, done to its end in the window and by commands, its steps counted."""
