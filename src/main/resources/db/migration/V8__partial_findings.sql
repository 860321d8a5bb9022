-- What a run's tallies say while blocks are still being measured: replaced as blocks arrive, gone when the run has
-- its findings. due_at says when they may be drawn up again, and by setting it one server takes that upon itself.
create table partial_findings (
    run_id text primary key references run (id) on delete cascade,
    due_at timestamptz not null,
    blocks int not null default 0,
    metrics text not null default '[]',
    figures text not null default '[]'
);
