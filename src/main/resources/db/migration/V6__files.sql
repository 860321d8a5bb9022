-- Where a run comes from: SUBMITTED, REANALYSIS or VERIFICATION of its parent, or IMPORTED.
alter table run add column origin text not null default 'SUBMITTED';
update run set origin = 'REANALYSIS' where parent is not null;
create index run_by_parent on run (parent, id) where parent is not null;

-- How a verification's digits compare with its parent's, as JSON.
alter table run add column verification text;

-- The versions that measured a block, as JSON.
alter table block add column software text;

-- What lists are filtered by.
alter table run add column model text;
update run set model = parameters::json ->> 'model';
create index run_by_model on run (model, id);
create index run_by_label on run using gin (labels jsonb_path_ops);
create index run_by_creation on run (created_at, id);
