-- From a copy of the built file to a release: what is not public goes, what only a release knows is filled in.
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
delete from runs;
delete from release;
