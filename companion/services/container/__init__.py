"""The one place that builds the services and hands them on.

`environment` has the folders and the clock, `local` what works on this PC alone, `owned` what works with everything
that is owned, `store` the services of one store over it. Many imports stand in functions: a command loads only the
services that it needs, so that it starts fast.
"""
