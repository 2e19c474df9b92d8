"""The windowed program: start, the window, the tray, and its end."""
