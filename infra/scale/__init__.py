"""What JobiPro costs on AWS and which quota binds first, reckoned from what is counted, listed and guessed."""
