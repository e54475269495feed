"""The widget in a browser, on pages of a shop that is not always kind to it."""
