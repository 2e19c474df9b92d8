"""What the program itself needs: folders, log, resources, cancellation, and the time zone."""
