"""The Help page: articles, whom to call, and the case file."""
