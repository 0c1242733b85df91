"""Where values come from and who chooses them: variables, captures, maps, the request."""
