"""Use cases: who belongs to the staff, who is signed in, and which keys open the API."""
