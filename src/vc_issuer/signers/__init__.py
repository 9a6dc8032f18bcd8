"""Private keys behind the protocol `Signer`; a URI names the backend."""
