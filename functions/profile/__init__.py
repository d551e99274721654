"""A person and what is held about them: see, correct, choose what to receive, say what they do as a provider."""
