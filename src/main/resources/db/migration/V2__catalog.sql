-- A registered model, dictionary or corpus. location is relative to kappa.home where it lies inside; facts are
-- what the shelf's kind of thing has beside its files; fingerprint tells whether the files were touched since.
create table catalog_entry (
    shelf text not null,
    id text not null,
    source text not null,
    location text not null,
    hash text not null,
    bytes bigint not null,
    fingerprint text not null,
    facts json not null,
    bundled boolean not null,
    created_at timestamptz not null default now(),
    primary key (shelf, id)
);
create index catalog_entry_newest on catalog_entry (shelf, created_at desc, id desc);

-- What is on its way from a hub. The row goes when it has become an entry; code and detail say why it failed.
create table catalog_download (
    shelf text not null,
    id text not null,
    registration json not null,
    code text,
    detail text,
    created_at timestamptz not null default now(),
    primary key (shelf, id)
);
