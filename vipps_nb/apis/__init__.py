"""What is known of the APIs: facts that the client obeys, and the catalogue of their operations."""
