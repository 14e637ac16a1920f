import { fixityCommands } from './fixity-commands.ts';

/**
 * Returns the data/README.txt of a bag of tables, for readers who have only this bag. Lines that begin with four blanks are commands; a test runs them as
 * written.
 */
export function tablesReadme({ externalIdentifier }: { readonly externalIdentifier: string }): string {
  return `This folder is a bag of tables of a call recorder, named ${externalIdentifier}: the tables from which recordings were imported.
It is a BagIt 1.0 package (RFC 8493), written by longplay, and can be used without longplay.

What is here
  data/table-0001/table.*        a table exactly as the recorder wrote it, or the part of it that was new
  data/table-0001/table.json     where it came from, what is kept of it, and which parts in other bags come before it
  data/table-0001/unread.jsonl   rows that could not be read, with their places in table.*; absent if there are none
If there are several tables, they are numbered. formats.txt describes the forms in which tables are kept.

${fixityCommands}
Where each table came from, one line per table, with jq:
    jq -r '[.source.path, .table, .form, .part.sizeBytes, .whole.sha256] | @tsv' data/*/table.json
Parts in other bags that come before a table, in order. Concatenated with the file here they are the whole table, with the SHA-256 above:
    jq -r '.continues[] | [.bag, .path, .sha256] | @tsv' data/*/table.json
`;
}

/** Returns the formats.txt of a bag of tables. */
export function tablesFormats(tool: string): string {
  return `What the tables of this bag are, for readers without longplay

Written by ${tool}. table.json of each table says in "form" what is kept, and in "kind" what the file in the source was.
  file             all bytes of the file: a separated table (.csv), XML, JSON, a log, or a database that could be kept in no other way
  statements       of a database dump the statements that define the tables that were imported and add rows to them, byte for byte, with the
                   beginning of the dump, which names its program and encoding; other tables of the dump are not kept
  sql-text         one table of a SQLite database as SQL: its definition and one INSERT per row; SQLite reads it back with equal values
  without-columns  all bytes of a separated table but the values of the columns that "columnsLeftOut" names; their separators are there
A table that grew is kept in parts: "continues" names the earlier ones.
`;
}
