"""Lists taken out: asked for with a purpose, made in the background, given to who asked."""
