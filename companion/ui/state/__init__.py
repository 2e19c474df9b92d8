"""What the window shows: state of orders, reminders and downloads, and work off the GUI thread."""
