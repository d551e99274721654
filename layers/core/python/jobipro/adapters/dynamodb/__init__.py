"""DynamoDB: the store, and one repository an aggregate."""
