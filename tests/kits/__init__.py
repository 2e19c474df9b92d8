"""What several tests share: builders, servers that misbehave, desktops, and programs that are started."""
