"""What tests share: demo data, servers, and tools to talk to them."""
