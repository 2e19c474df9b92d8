"""A real store on loopback: what `companion demo` and `companion store` embed, and every test's peer."""
