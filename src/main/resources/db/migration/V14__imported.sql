-- When a run was imported: its age, for retention, begins with its end or with its arrival here, whichever is later.
alter table run add column imported_at timestamptz;
