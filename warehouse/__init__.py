"""What is stored and how it is kept whole: raw tables, contracts, runs, releases, the lock."""
