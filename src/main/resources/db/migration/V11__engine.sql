-- By when a run must have ended, and what of it was deleted by policy.
alter table run add column deadline_at timestamptz;
alter table run add column tallies_expired_at timestamptz;
alter table run add column artifacts_expired_at timestamptz;
create index run_by_deadline on run (deadline_at) where deadline_at is not null and finished_at is null;

-- Devices that broke while they measured this block.
alter table block add column device_losses int not null default 0;

-- What remains of runs that were deleted by policy.
create table expired_run (
    id text primary key,
    experiment text not null,
    state text not null,
    created_at timestamptz not null,
    finished_at timestamptz not null,
    expired_at timestamptz not null default clock_timestamp()
);

-- The name of this database, by which files know whether they are its own.
create table database_id (id text primary key);
insert into database_id (id) values (gen_random_uuid()::text);
