"""What a meeting says of promises made before: done, or not to be done any more."""
