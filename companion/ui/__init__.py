"""Qt Widgets: shows values, starts work through `tasks`, decides nothing."""
