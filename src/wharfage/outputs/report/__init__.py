"""The report: one HTML file that a manager can open, from a bill and what could be cheaper."""
