"""What all pages share: templates, tags, widgets, words and refusal pages."""
