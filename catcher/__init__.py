"""A mail server that delivers nothing: it keeps what it is handed, and shows it in a browser.

A development tool, apart from the product: whoever tries LoyalNest out sees what customers would
read, and no mail ever leaves the machine. The last mails are kept in memory alone.
"""
