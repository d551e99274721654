"""What surrounds the service: templates, the build, and the embedded cloud."""
