"""What commands print: lines, the checklist, and exit codes."""
