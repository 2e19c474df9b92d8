"""What starts programs on Windows beside the Run keys, the Startup folders and the scheduled tasks."""
