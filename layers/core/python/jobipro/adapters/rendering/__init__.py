"""What people see: the mails and pages, in English and French."""
