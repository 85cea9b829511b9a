"""Archives, whose members are files of their own."""
