"""From files to one merged model, in Docker Compose's own order, and that model as it prints it."""
