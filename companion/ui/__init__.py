"""Qt Widgets: shows values, starts work through `tasks`, decides nothing."""

from companion.ui.qt_loading import load_qt

load_qt()
