"""Files in: an upload is read in a child process with limits, and comes back as columns of text."""
