"""What registrars hand in: offering files and cohorts' results."""
