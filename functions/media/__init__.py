"""Makes the images that people send anew, and removes them when their time is over."""
