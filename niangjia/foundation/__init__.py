"""What every feature stands on: accounts, vault, audit, workflow, clocks, plans, copies, jobs and files."""
