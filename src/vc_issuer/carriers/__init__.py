"""Put secured bytes into a file and take them out again."""
