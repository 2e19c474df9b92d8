"""The window, reminders, and the demo."""
