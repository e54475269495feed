"""What every module stands on, and no word of the business.

Settings, the database and its tenancy, encryption, ids, errors, the event log, the inbox and jobs.
Nothing here knows what a point, an order or a customer is.
"""
