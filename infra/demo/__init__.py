"""`make demo`: people in real Canadian places use the service over HTTP, and what came of it is shown and measured."""
