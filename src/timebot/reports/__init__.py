"""Hours and money by client, project, member and period (reads only)."""
