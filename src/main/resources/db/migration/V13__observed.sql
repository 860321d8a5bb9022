-- When someone asked for the end of a run that was being worked on; how long that took is measured from there.
alter table run add column cancel_requested_at timestamptz;

-- The trace of the request that made the run, as W3C's traceparent; null where nothing traces.
alter table run add column traceparent text;
