"""Everything on one machine: the embedded cloud, the deployed stack, the API's address and the mailbox."""
