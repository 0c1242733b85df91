"""What nginx knows of each directive, and what it refuses."""
