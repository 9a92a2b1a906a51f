"""Pure arithmetic over columns: codes, rules, parameters and charts, without a database or a clock."""
