"""A typed face on each service of AWS: one function for an operation, one frozen struct for what is read of its reply.

Nothing outside this room looks a field of a reply up by its name, but for documents that are carried over as they are.
A field without a default is one that AWS always sends: a reply without it can't be read (`wizard.aws.replies`).
"""
