"""The log of issuance: a Merkle tree of salted commitments, and what proves that it holds something; pure."""
