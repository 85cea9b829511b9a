"""Every sentence of a model's answer set against the passages: cited, or struck.

A model's own marks such as [2] are hints and no more. A sentence stands when sentences of the
source carry its words and all its numbers, dates and names, and say yes and no where it does. What
words cannot show is beyond this check: a conclusion drawn from several places. A sentence in
another language than the source is checked by its numbers, dates and names alone and is never more
than "partly" supported.
"""
