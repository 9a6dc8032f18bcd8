"""Certificate, QR code and pictures, drawn from summaries only."""
