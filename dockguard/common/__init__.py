"""What several formats need and none of them owns: small engines and tables of facts."""
