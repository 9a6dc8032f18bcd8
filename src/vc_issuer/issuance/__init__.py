"""From results to secured credentials: prepare, approve, sign, publish, and what comes after."""
