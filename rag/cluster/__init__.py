"""Files read on many machines: an engine in place of the child processes of this one.

    engines    what is set, as an engine
    joining    Ray started here, or joined; who its nodes are
    look       what a node is asked before it works: runs where this program is missing
    table      what goes to the nodes and what comes back, as Arrow tables
    node       what a node does: reads files in bounded children, embeds
    reading    files out, events back, in order

Nothing of Ray is imported before files are to be read with it.
"""
