"""A made-up world: people, unions and the rosters of clerks, with the truth beside them, for demo, tests and benchmarks."""
