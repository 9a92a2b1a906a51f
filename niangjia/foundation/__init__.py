"""What every feature stands on: accounts, vault, audit, workflow, clocks, plans, jobs and files."""
