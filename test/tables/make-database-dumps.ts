import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes absent files of samples/databases: dumps of awkward tables by the programs themselves, and the rows as the servers return them. Needs a MariaDB server that the client
 * reaches without a password, a PostgreSQL server by PGHOST and so on, and sqlite3: `node make-database-dumps.ts`. Both servers get a database `awkward`, which is dropped.
 */
const folder = join(import.meta.dirname, '../../samples/databases');

const run = (program: string, args: readonly string[], input = ''): Buffer =>
  execFileSync(program, args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'inherit'] });
const write = (name: string, make: () => Buffer | string): void => {
  if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), make());
};

const text = String.raw`line1\nline2\r\n\ttab \\ back ''q'' "dq" ${'`bt`'} ;\n-- x\n),(1,2`;

const mariadb = String.raw`
DROP DATABASE IF EXISTS awkward; CREATE DATABASE awkward CHARACTER SET utf8mb4; USE awkward;
CREATE TABLE ${'`cdr`'} (
 id bigint unsigned NOT NULL, calldate datetime(3) NOT NULL DEFAULT '0000-00-00 00:00:00', clid varchar(200) DEFAULT '' COMMENT 'it''s, a "name" (x)',
 note text, pic blob, flag bit(4), price decimal(20,6), f double, kind enum('a,b','c)'), full varchar(300) GENERATED ALWAYS AS (concat(id,'-',clid)) VIRTUAL,
 PRIMARY KEY (id), KEY ${'`k (x)`'} (clid,calldate), CHECK (price > -1)) ENGINE=InnoDB;
CREATE TABLE ${'`we``ird (t)`'} (${'`a b` int, `c``d` varchar(50), `values`'} text);
CREATE TABLE log (x int, t text) ENGINE=MyISAM;
DELIMITER ;;
CREATE TRIGGER tr AFTER INSERT ON cdr FOR EACH ROW BEGIN
INSERT INTO log VALUES (1,'a;b');
INSERT INTO log VALUES (2,'it''s');
END;;
CREATE PROCEDURE pp() BEGIN
INSERT INTO ${'`cdr`'} VALUES (9,'x');
END;;
DELIMITER ;
SET sql_mode='';
INSERT INTO cdr (id,calldate,clid,note,pic,flag,price,f,kind) VALUES
(18446744073709551615,'2019-03-12 10:15:04.120','"Åsa Öberg" <46846500400>','${text}',0x0001FF27225C0A0D1A80,b'1010',12.5,1e300,'c)'),
(2,'0000-00-00 00:00:00','','',X'',b'0',NULL,-0.1,NULL),
(3,'2020-01-01',NULL,NULL,NULL,NULL,0,NULL,'a,b'),
(4,'2020-01-01','\0nul\0','日本語 😀 \Z ctrl',0xC3A9,b'1',1,1,'c)'),
(5,'2020-01-01','\\','\\\\''',0x5C,b'1',1,1,'c)');
INSERT INTO ${'`we``ird (t)`'} VALUES (1,'x','VALUES (1,2)'),(2,'y${'`'}','INSERT INTO ${'`cdr`'} VALUES (1);');
INSERT INTO log VALUES (7,'/*!40000 x */'),(8,'# y'),(9,'it''s -- z');
CREATE VIEW v AS SELECT id, clid FROM cdr;
`;
const bytes = (column: string): string => `IF(${column} IS NULL OR LENGTH(${column})=0,'',CONCAT('0x',HEX(${column})))`;
const mariadbRows = `
SELECT JSON_OBJECT('table','cdr','row',JSON_OBJECT('id',CAST(id AS CHAR),'calldate',CAST(calldate AS CHAR),'clid',clid,'note',note,'pic',${bytes('pic')},'price',CAST(price AS CHAR),'f',CAST(f AS CHAR),'kind',kind,'full',full)) FROM cdr;
SELECT JSON_OBJECT('table','log','row',JSON_OBJECT('x',CAST(x AS CHAR),'t',t)) FROM log;
SELECT JSON_OBJECT('table','we\`ird (t)','row',JSON_OBJECT('a b',CAST(\`a b\` AS CHAR),'c\`d',\`c\`\`d\`,'values',\`values\`)) FROM \`we\`\`ird (t)\`;`;

const postgres = String.raw`
CREATE SCHEMA "Call Rec";
CREATE TABLE public.cdr (id bigint primary key, calldate timestamptz DEFAULT now(), clid varchar(200) DEFAULT 'a''b;(', note text, pic bytea, flag boolean,
 price numeric(20,6), f double precision, j jsonb, arr text[], iv interval, begin int, "full" text GENERATED ALWAYS AS (clid || '-') STORED);
COMMENT ON TABLE cdr IS 'it''s
INSERT INTO public.cdr VALUES (1);';
CREATE INDEX i ON cdr (begin);
CREATE TABLE "Call Rec"."We ""ird (t)" ("a b" int, "c""d" text, "values" text);
CREATE TABLE one (t text);
CREATE TABLE nocols ();
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $_$ BEGIN
INSERT INTO public.cdr VALUES (1, 'it''s');
RETURN NEW; END $_$;
CREATE FUNCTION g() RETURNS void LANGUAGE sql BEGIN ATOMIC
INSERT INTO one VALUES ('x');
INSERT INTO one VALUES ('y');
END;
CREATE RULE r AS ON UPDATE TO one DO INSTEAD (INSERT INTO cdr (id) VALUES (77); INSERT INTO cdr (id) VALUES (78));
SET timezone='UTC';
INSERT INTO cdr (id,calldate,clid,note,pic,flag,price,f,j,arr,iv,begin) VALUES
(9223372036854775807,'2019-03-12 10:15:04.12+00','"Åsa Öberg" <46846500400>',E'${text}',E'\\x0001FF27225C0A0D1A80',true,12.5,1e300,'{"a":"b''\\n"}','{a,"b c",NULL}','1 day 02:03:04',1),
(2,'infinity','','',E'\\x',false,NULL,'NaN',null,'{}',null,null),
(3,null,NULL,NULL,NULL,NULL,0,'-Infinity',null,null,null,null),
(4,'0044-03-15 BC',E'\x01\x08\x0b\x0c\x7f','日本語 😀','\xc3a9',true,1,1,null,null,null,null),
(5,'2020-01-01 00:00:00+00','\','\\''',E'\\x5C',true,1,1,null,null,null,null);
INSERT INTO "Call Rec"."We ""ird (t)" VALUES (1,'x','VALUES (1,2)'),(2,E'\\.',E'INSERT INTO cdr VALUES (1);\nCOPY public.cdr (id) FROM stdin;\n\\.\n');
INSERT INTO one VALUES (''),(NULL),('\N'),(E'\\.'),(E'\t'),('a');
`;
const postgresRows = `SET timezone='UTC';
SELECT json_build_object('table','We "ird (t)','row',json_build_object('a b',"a b"::text,'c"d',"c""d",'values',"values")) FROM "Call Rec"."We ""ird (t)";
SELECT json_build_object('table','cdr','row',json_build_object('id',id::text,'calldate',calldate::text,'clid',clid,'note',note,'pic',CASE WHEN length(pic)>0 THEN '0x'||upper(encode(pic,'hex')) END,'price',price::text,'f',f::text,'j',j::text,'arr',arr::text,'iv',iv::text,'begin',begin::text)) FROM cdr;
SELECT json_build_object('table','one','row',json_build_object('t',t)) FROM one;`;

const sqlite = String.raw`
CREATE TABLE cdr (id INTEGER PRIMARY KEY, calldate DATETIME DEFAULT 'a;(', clid, note TEXT -- it's a note
 , pic BLOB, f REAL, ${'`bt`'} int, [br] int, "full" TEXT AS (clid||'-') STORED);
CREATE TABLE "we ""ird (t)" ("a b" INTEGER PRIMARY KEY, values_ TEXT, "x y" TEXT) WITHOUT ROWID;
CREATE TABLE auto (i INTEGER PRIMARY KEY AUTOINCREMENT, t);
CREATE VIEW v AS SELECT 1;
CREATE TRIGGER tr AFTER INSERT ON auto BEGIN
INSERT INTO cdr(id) VALUES(99);
INSERT INTO cdr(id) VALUES(98);
SELECT CASE WHEN 1 THEN 2 END;
END;
INSERT INTO cdr(id,calldate,clid,note,pic,f,bt,br) VALUES(9223372036854775807,'2019-03-12 10:15:04.120','"Åsa Öberg" <46846500400>','line1
line2'||char(13)||char(10)||' tab \ back ''q'' \n ;
-- x
),(1,2',x'0001FF27225C0A0D1A80',1e300,1,2),(2,'','','',x'',3.5,null,-9223372036854775808),(3,null,null,null,null,null,null,null),(4,'a','日本語 😀',char(1),x'c3a9',0.5,1,1),(5,'replace(''a'',''b'',char(10))','INSERT INTO cdr VALUES(1);','
INSERT INTO cdr VALUES(7);
',x'5c',-0.25,1,1);
INSERT INTO "we ""ird (t)" VALUES(2,'b','c'),(1,'x',null);
INSERT INTO auto(t) VALUES(1.5);
`;
const hex = (column: string): string => `iif(length(${column})>0,'0x'||hex(${column}),'')`;
const sqliteRows = `
SELECT json_object('table','cdr','row',json_object('id',''||id,'calldate',calldate,'clid',clid,'note',note,'pic',${hex('pic')},'bt',''||bt,'br',''||br)) FROM cdr;
SELECT json_object('table','we "ird (t)','row',json_object('a b',''||"a b",'values_',values_,'x y',"x y")) FROM "we ""ird (t)";
SELECT json_object('table','auto','row',json_object('i',''||i,'t',''||t)) FROM auto;`;

run('mariadb', [], mariadb);
write('mariadb.sql', () => run('mariadb-dump', ['--routines', '--triggers', 'awkward']));
write('mariadb-hex-complete.sql', () => run('mariadb-dump', ['--hex-blob', '--complete-insert', '--skip-extended-insert', '--compact', 'awkward']));
write('mariadb-replace-ansi.sql', () => run('mariadb-dump', ['--replace', '--compatible=ansi', '--insert-ignore', 'awkward']));
write('mariadb.expected.jsonl', () => run('mariadb', ['--raw', '--skip-column-names', '--default-character-set=utf8mb4', 'awkward'], mariadbRows));
run('mariadb', [], 'DROP DATABASE awkward');

run('dropdb', ['--if-exists', 'awkward']);
run('createdb', ['awkward']);
run('psql', ['-q', '-v', 'ON_ERROR_STOP=1', 'awkward'], postgres);
write('postgres-copy.sql', () => run('pg_dump', ['awkward']));
write('postgres-inserts.sql', () => run('pg_dump', ['--inserts', 'awkward']));
write('postgres-column-inserts.sql', () => run('pg_dump', ['--column-inserts', '--rows-per-insert=3', 'awkward']));
write('postgres.expected.jsonl', () => run('psql', ['-qAt', 'awkward'], postgresRows));
run('dropdb', ['awkward']);

const file = join(folder, 'sqlite.db');
if (!existsSync(file)) run('sqlite3', [file], `PRAGMA page_size=1024;${sqlite}`);
write('sqlite.sql', () => run('sqlite3', [file, '.dump']));
write('sqlite.expected.jsonl', () => run('sqlite3', [file], sqliteRows));
