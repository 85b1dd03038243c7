"""What people see and keep: tables on a terminal, explanations as text, files."""
