"""The only place that builds services and hands them on."""
