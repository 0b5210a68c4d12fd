-- When something that must happen again and again last happened: `tick`.
create table marks (
  name text not null primary key,
  at integer not null
) strict, without rowid;
