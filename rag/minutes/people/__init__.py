"""The people of a meeting: who was there, and every form their names are said in."""
