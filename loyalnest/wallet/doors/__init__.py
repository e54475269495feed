"""Where phones ask: Apple's web service, and the links by which a card gets into a wallet."""
