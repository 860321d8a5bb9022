-- Who may do what. hash is the SHA-256 of the key, which is kept nowhere; rows stay after a revocation, so that
-- what is recorded of them keeps its name.
create table api_key (
    id text primary key,
    name text not null,
    hash text not null unique,
    scopes text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);

-- Browsers that have shown a key. hash is the SHA-256 of what their cookie holds.
create table sign_in (
    hash text primary key,
    key_id text not null references api_key (id) on delete cascade,
    expires_at timestamptz not null
);

-- Administrative acts, each with who did it. Rows are only ever added.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    act text not null,
    subject text not null,
    key_id text,
    actor text not null,
    address text,
    request_id text
);
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit table is append-only';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function refuse_change();

-- The key that a run was asked for with; none where the server asks for no keys.
alter table run add column key_id text references api_key (id);
create index run_by_key on run (key_id) where state not in ('SUCCEEDED', 'FAILED', 'CANCELLED');
