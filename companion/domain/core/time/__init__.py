"""Time: clocks, calendar periods, lengths of time, dates in HTTP."""
