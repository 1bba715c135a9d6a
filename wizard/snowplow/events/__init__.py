"""From CloudFront's log files to readable tracker events, and the test event that proves the whole road.

`logs` reads files into lines, `decode` turns lines into events, `names` holds the tracker protocol's vocabulary and
`send` builds the test event. Nothing here talks to a network.
"""
