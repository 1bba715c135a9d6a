"""From CloudFront's log files to readable tracker events, and the test event that proves the whole road.

`log_chunks` cleans log text, `decoding_sql` decodes it in a query engine, with the names and types of `columns`, and
`by_hand` reads what SQL can't. `event_base` holds the events and answers questions; `reader` fills it from the log
bucket. `send` builds the test event.
"""
