"""Files on their way into the image: the context, what is ignored, what is copied, whose it is."""
