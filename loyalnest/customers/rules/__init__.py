"""Pure decisions: what is kept of a contact, whose it is, and what somebody is found by."""
