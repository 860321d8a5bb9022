-- JSON documents are kept as text, so that numbers come back digit by digit and keys in their order.

-- One experiment with one set of parameters.
create table run (
    id text primary key,
    experiment text not null,
    parameters text not null,
    seed bigint not null,
    blocks int not null,
    sequential boolean not null,
    activation_bytes bigint not null,
    flops double precision not null,
    priority int not null,
    labels jsonb not null,
    shapes text not null,
    provenance text not null,
    state text not null,
    state_reason text,
    code text,
    detail text,
    conclusions int not null default 0,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
);
create index run_by_state on run (state, id);
create index run_by_experiment on run (experiment, id);

-- The unit of work, of checkpoint and of resampling. attempt counts claims and is the fence of every write;
-- failures counts the attempts that ended in an exception or with the process.
create table block (
    run_id text not null references run (id) on delete cascade,
    index int not null,
    state text not null,
    attempt int not null default 0,
    failures int not null default 0,
    progress double precision not null default 0,
    device text,
    started_at timestamptz,
    finished_at timestamptz,
    tally_hash text,
    tally_bytes bigint,
    error text,
    primary key (run_id, index)
);

create table metric (
    run_id text not null references run (id) on delete cascade,
    ordinal int not null,
    name text not null,
    version int not null,
    value double precision not null,
    unit text not null,
    dimensions text not null,
    low double precision,
    high double precision,
    level double precision,
    method text,
    resamples int,
    n bigint not null,
    flags text not null,
    primary key (run_id, ordinal)
);
create index metric_by_name on metric (name, run_id);

create table result_table (
    run_id text not null references run (id) on delete cascade,
    ordinal int not null,
    name text not null,
    title text not null,
    columns text not null,
    rows text not null,
    primary key (run_id, ordinal),
    unique (run_id, name)
);

create table figure (
    run_id text not null references run (id) on delete cascade,
    ordinal int not null,
    name text not null,
    title text not null,
    body text not null,
    primary key (run_id, ordinal),
    unique (run_id, name)
);

create table artifact (
    run_id text not null references run (id) on delete cascade,
    ordinal int not null,
    name text not null,
    kind text not null,
    files text not null,
    primary key (run_id, ordinal),
    unique (run_id, name)
);

-- db-scheduler's own table.
create table scheduled_tasks (
    task_name text not null,
    task_instance text not null,
    task_data bytea,
    execution_time timestamptz not null,
    picked boolean not null,
    picked_by text,
    last_success timestamptz,
    last_failure timestamptz,
    consecutive_failures int,
    last_heartbeat timestamptz,
    version bigint not null,
    priority smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_by_time on scheduled_tasks (execution_time);
create index scheduled_tasks_by_heartbeat on scheduled_tasks (last_heartbeat);
create index scheduled_tasks_by_priority on scheduled_tasks (priority desc, execution_time asc);
