"""Tests of what customers see of a merchant."""
