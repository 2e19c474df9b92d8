"""What a person owns: licences and their seats."""
