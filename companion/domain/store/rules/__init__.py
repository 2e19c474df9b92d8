"""What holds for installers: the rules of a store's profile, those of any maker, and both together."""
