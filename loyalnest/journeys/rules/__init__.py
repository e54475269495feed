"""What journeys decide, without a database."""
