"""``companion directory``: the makers and shops that are known."""
