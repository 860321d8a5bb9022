-- Requests that must not make two runs. run_id is set in the transaction that makes the row.
create table idempotency_key (
    key text primary key,
    request_hash text not null,
    run_id text references run (id) on delete cascade,
    created_at timestamptz not null default now()
);
