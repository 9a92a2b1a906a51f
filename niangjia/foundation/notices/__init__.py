"""Words that reach people: by text message."""
