"""A library as a folder of Parquet files, which other programs read and another store takes in.

    manifest   what an export says of itself: written last, read first
    columns    the tables and their columns, and how much one may hold
    tables     a table as files of bounded size, hashed as they are written
    exporting  library → folder
    rows       rows of a foreign folder → what a catalogue takes, or the reason why not
    reading    the child process that opens a foreign folder, and what it answers
    importing  folder → library

Nothing of pyarrow is imported before a folder is written or read.
"""
