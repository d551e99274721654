"""What can wake JobiPro: one folder a Lambda function."""
