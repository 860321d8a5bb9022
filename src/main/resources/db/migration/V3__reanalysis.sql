-- A run that concludes the tallies of another one.
alter table run add column parent text references run (id) on delete set null;
