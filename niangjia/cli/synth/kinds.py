"""Which lists can be made up, in one sentence each; apart from the generators, which take a second to load."""

ABOUT = {
    "changes": "Membership changes of the people of a roster, which is written too.",
    "employers": "Employers, after a first list of them, which is written too.",
    "organisations": "Unions below the demo's city: new, known, moved and wrong ones.",
    "officers": "Officers after an election and later, for the people of a roster, which is written too.",
    "people": "A register of people in which some stand twice and others look alike.",
    "firms": "Two registers of employers that have some in common.",
}
