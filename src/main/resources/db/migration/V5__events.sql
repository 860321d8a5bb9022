-- What happened to a run, for those who follow it: numbered within the run, in the order of commits.
alter table run add column event_seq bigint not null default 0;
create table run_event (
    run_id text not null references run (id) on delete cascade,
    seq bigint not null,
    type text not null,
    data text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (run_id, seq)
);

-- Runs from before there were events have their last ones.
insert into run_event (run_id, seq, type, data)
    select id, 1, 'state', json_build_object('state', state)::text from run;
insert into run_event (run_id, seq, type, data)
    select id, 2, 'end', json_build_object('state', state)::text from run
    where state in ('SUCCEEDED', 'FAILED', 'CANCELLED');
update run set event_seq = case when state in ('SUCCEEDED', 'FAILED', 'CANCELLED') then 2 else 1 end;
