"""Values and texts of other parties: bounded where they are read, harmless where they are shown."""
