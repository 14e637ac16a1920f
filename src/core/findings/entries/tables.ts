import type { FindingEntry } from './types.ts';

/** Codes T100 to T199: tables. */
export const tablesFindings = {
  // T100 to T109: encodings.
  T100: {
    severity: 'warning',
    title: 'the encoding of a table is assumed',
    meaning:
      'The file is not UTF-8, has no byte order mark, and no encoding was declared. It was read as windows-1252, which every byte fits, right or wrong.',
    next: 'Look at a name with an accent in the result. Where it is wrong, import again with --encoding, for example windows-1251 or utf-16le.',
  },
  T101: {
    severity: 'warning',
    title: 'a file is not in the encoding that it declares',
    meaning: 'The file or the command line declares an encoding that the bytes contradict or that is not known. It was read as windows-1252.',
    next: 'Look at a name with an accent in the result. Where it is wrong, import again with the right --encoding.',
  },
  T102: {
    severity: 'note',
    title: 'a file declares another encoding than it has',
    meaning: 'All bytes of the file are valid UTF-8, which hardly happens by chance. It was read as UTF-8 in spite of what is declared.',
    next: 'Nothing, unless names with accents are wrong in the result.',
  },
  T103: {
    severity: 'warning',
    title: 'text was made UTF-8 twice',
    meaning:
      'The exporting program took UTF-8 for another encoding and converted it once more, so that ä stands as Ã¤. The text is kept as it stands.',
    next: 'Ask for a new export if there can be one. Otherwise search with the broken spelling, too.',
  },
  T104: {
    severity: 'warning',
    title: 'a file with the mark of UTF-8 holds other bytes',
    meaning: 'The file begins with the byte order mark of UTF-8, but is not UTF-8 everywhere: files of two kinds were joined, or bytes were damaged.',
    next: 'Look for U+FFFD (a question mark in a diamond) in the result and compare these places with the file.',
  },
  // T110 to T119: separated tables.
  T110: {
    severity: 'warning',
    title: 'no separator was found in a table',
    meaning: 'None of comma, semicolon, tab and bar occurs the same number of times in the rows. The table was read as one column.',
    next: 'Look at the file. Where it has columns, name the separator in the mapping file.',
  },
  T111: {
    severity: 'warning',
    title: 'two separators explain a table nearly as well',
    meaning: 'Two separators give about the same number of columns in about the same share of rows.',
    next: 'Look at some rows of the file. Where the wrong one was taken, name the separator in the mapping file.',
  },
  T112: {
    severity: 'error',
    title: 'a row opens a quote that never closes',
    meaning:
      'A quote is missing, so that the row would swallow those behind it. This row was not read; reading went on at the next line with as many columns as the others.',
    next: 'Open the file at that row, correct a copy of it, and import the copy.',
  },
  T113: {
    severity: 'error',
    title: 'a row has text after a closing quote',
    meaning: 'A quote inside a cell is not doubled, or a closing quote is missing, and the columns of the row cannot be told. This row was not read.',
    next: 'Open the file at that row, correct a copy of it, and import the copy.',
  },
  T114: {
    severity: 'error',
    title: 'a row is too large',
    meaning: 'A row is larger than 4 MiB or has more than 2,000 columns: rows of exports are not, so that this is damage or no table.',
    next: 'Look at the file at that row.',
  },
  T115: {
    severity: 'error',
    title: 'a row cannot be taken apart',
    meaning: 'The row has a beginning and an end, but the parser for separated tables did not accept what is in it.',
    next: 'Look at the file at that row; where it looks sound, please report it with an invented row of the same form.',
  },
  T116: {
    severity: 'warning',
    title: 'quotes inside a cell are not doubled',
    meaning:
      'The row is not written as separated tables are, but there is one way to read it that gives as many columns as the other rows have. It was read that way.',
    next: 'Compare the cells of that row with the file.',
  },
  T117: {
    severity: 'note',
    title: 'rows hold NUL characters',
    meaning:
      'Text fields of fixed width are filled up with NUL, or bytes were damaged. The characters are left out of the cells; the row as kept in the bag has them.',
    next: 'Nothing, where the cells look right.',
  },
  T118: {
    severity: 'warning',
    title: 'rows have another number of cells than there are columns',
    meaning:
      'Separators stand unquoted in some cells, cells are missing, or two tables were joined. The rows are kept, with the cells where they stand.',
    next: 'Look at the rows that the message names: a cell may stand under the wrong column.',
  },
  T119: {
    severity: 'error',
    title: 'a row is damaged by NUL bytes',
    meaning:
      'A block of the file was never written or was lost, and NUL bytes stand in its place. What stands before and behind them is of different rows, so this row was not read; all rows whose text stood there are missing.',
    next: 'Compare the number of rows with what the recorder says, and copy the file again or import a backup of it.',
  },
  // T120 to T129: XML.
  T120: {
    severity: 'error',
    title: 'an XML file has a DOCTYPE with declarations',
    meaning:
      'Declarations in a DOCTYPE can pull in other files and grow without bound, and exports of recorders have none. Nothing was expanded or fetched, and the file was not read from there on. A DOCTYPE that only names a file is passed over.',
    next: 'Look at the file. Where it is sound, remove the DOCTYPE from a copy and import the copy.',
  },
  T121: {
    severity: 'error',
    title: 'a record of an XML file is not well-formed',
    meaning:
      'Tags do not fit each other, an entity is not defined, or an attribute stands twice. This record was not read; reading went on at the next one.',
    next: 'Open the file at that record, correct a copy of it, and import the copy.',
  },
  T122: {
    severity: 'error',
    title: 'a record of an XML file is cut',
    meaning: 'The file or one of the documents in it ends inside a record. The records before it were read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T123: {
    severity: 'error',
    title: 'a record of an XML file is too large or too deep',
    meaning: 'The record is beyond the limits for size, depth, elements, attributes or one value. It was passed over.',
    next: 'Look at the file at that record.',
  },
  T124: {
    severity: 'warning',
    title: 'several XML documents in one file',
    meaning: 'Files were joined, or a program appended to the file. The records of all of them were read; of a sidecar the first document only.',
    next: 'Compare the number of records with what the recorder says.',
  },
  T125: {
    severity: 'error',
    title: 'an XML file ends between two records',
    meaning: 'Elements around the records are still open at the end of the file: it was cut, and records may be missing.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T126: {
    severity: 'warning',
    title: 'characters that XML forbids were passed over',
    meaning:
      'The writer did not escape `&`, or wrote control characters. A bare `&` was read as itself and control characters were left out; the raw record has both.',
    next: 'Compare the values of that record with the file.',
  },
  T127: {
    severity: 'error',
    title: 'a file that should be XML holds none',
    meaning: 'There is no element in the file: it is empty, of another kind, or damaged from its beginning on.',
    next: 'Look at the file.',
  },
  T128: {
    severity: 'error',
    title: 'a sidecar is too large',
    meaning: 'A file beside a recording is read whole, and this one is larger than such files are. It was not read.',
    next: 'Look at the file; it may be an export of many records.',
  },
  T129: {
    severity: 'warning',
    alarm: true,
    title: 'an XML file is damaged outside its records',
    meaning: 'Tags around the records do not fit each other, or text stands where none may: a record whose start tag is damaged is not found at all.',
    next: 'Compare the number of records with what the recorder says.',
  },
  // T130 to T139: JSON.
  T131: {
    severity: 'error',
    title: 'a record of a JSON file is not JSON',
    meaning:
      'Brackets or quotes do not fit each other, or a value is none that JSON knows. This record was not read; reading went on at the next one.',
    next: 'Open the file at that record, correct a copy of it, and import the copy.',
  },
  T132: {
    severity: 'error',
    title: 'a record of a JSON file is cut',
    meaning: 'The file ends inside a record. The records before it were read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T133: {
    severity: 'error',
    title: 'a record of a JSON file is too large or too deep',
    meaning: 'The record is beyond the limits for size or depth. It was passed over.',
    next: 'Look at the file at that record.',
  },
  T134: {
    severity: 'error',
    title: 'a JSON file has no records where they should be',
    meaning: 'The file holds no value, or none of its values has something at the path that was given.',
    next: 'Look at the file and correct the path in the mapping file.',
  },
  T135: {
    severity: 'error',
    title: 'a JSON file ends inside an array or object',
    meaning: 'Brackets around the records are still open at the end of the file: it was cut, and records may be missing.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T136: {
    severity: 'warning',
    alarm: true,
    title: 'a JSON file is damaged between its records',
    meaning: 'There are brackets or words between the records that belong to nothing: what is left of records that were lost.',
    next: 'Compare the number of records with what the recorder says.',
  },
  // T140 to T149: declarations.
  T140: {
    severity: 'error',
    title: 'a file-name template cannot be used',
    meaning: 'Braces do not fit each other, a field stands twice, or two fields without a form stand next to each other.',
    next: 'Write fields as {name} or {name:FORM}, for example {from}-{date:YYYYMMDD}-{time:HHmmss}.{ext}.',
  },
  // T150 to T159: databases.
  T150: {
    severity: 'error',
    title: 'a row of a database is damaged or cut',
    meaning:
      'A quote or a parenthesis is missing, so that the row would swallow those behind it, or the file ends inside the row or before a part of it. This row was not read; reading went on at the next one with as many values as the table has columns.',
    next: 'Export again if the database still runs. Otherwise open the dump at that row, correct a copy of it, and import the copy.',
  },
  T151: {
    severity: 'error',
    title: 'a row of a database dump has another number of values than its table has columns',
    meaning: 'Which value belongs to which column cannot be told. This row was not read.',
    next: 'Open the dump at that row and compare it with CREATE TABLE; correct a copy, and import the copy.',
  },
  T152: {
    severity: 'error',
    title: 'a row of a database is too large',
    meaning: 'The row is larger than 4 MiB or has more than 2,000 values. It was passed over.',
    next: 'Look at the row: where it holds recordings, export these as files. Where it is sound otherwise, dump the table without that column.',
  },
  T153: {
    severity: 'error',
    title: 'a statement of a database dump that adds rows is not understood',
    meaning:
      'Rows are read from INSERT … VALUES, REPLACE and COPY … FROM stdin. This statement adds rows in another way, or there are too many tables; its rows were not read.',
    next: 'Make the dump with mysqldump, pg_dump, the scripts of SQL Server Management Studio or .dump of sqlite3, or export the table as CSV.',
  },
  T154: {
    severity: 'error',
    title: 'a database dump is cut',
    meaning: 'The dump ends inside a statement, or without the line that its program writes at the end: rows, and whole tables, may be missing.',
    next: 'Compare the size of the file with the one where it was made and copy it again, or make the dump again.',
  },
  T155: {
    severity: 'warning',
    title: 'a database dump does not name the columns of a table',
    meaning: 'Neither the statements that add rows nor a CREATE TABLE say what the columns are called. They are called column 1, column 2 and so on.',
    next: 'Make the dump with the definitions of its tables, or name the columns by their numbers in the mapping file.',
  },
  T156: {
    severity: 'note',
    title: 'values of a database dump are no text',
    meaning:
      'The bytes of these values are not in the encoding that the dump declares: they come from columns of bytes. They are kept as hexadecimal digits.',
    next: 'Nothing, unless text that should be readable stands as 0x…: then import again with the right --encoding.',
  },
  T157: {
    severity: 'warning',
    alarm: true,
    title: 'a database dump is damaged between its rows',
    meaning:
      'There are quotes, parentheses or words between the rows that belong to no statement, or the dumping program reports an error there: rows may be missing.',
    next: 'Compare the number of rows of each table with what the database says.',
  },
  T158: {
    severity: 'error',
    title: 'a file that should be a database holds no table',
    meaning:
      'There is no statement that defines a table or adds rows, or no table in the database: it is empty, of another kind, or damaged from its beginning on.',
    next: 'Look at the file.',
  },
  T159: {
    severity: 'error',
    title: 'a SQLite database is damaged or encrypted',
    meaning:
      'SQLite cannot read the file, or cannot read one of its tables to its end. The rows before the damage are kept; how many are missing is not known.',
    next: 'Copy the file again, with the program that writes to it stopped. Where the database itself is damaged, try `.recover` of sqlite3 on a copy.',
  },
  T160: {
    severity: 'warning',
    title: 'a SQLite database may have newer rows in a file beside it',
    meaning:
      'The database writes ahead into a file of its own name and `-wal`, and only the database itself was read. Rows that were not yet carried over are missing.',
    next: 'Close the program that writes to it, or run `PRAGMA wal_checkpoint(TRUNCATE)`, then export again and compare the number of rows.',
  },
  // T161 to T169: separated tables again.
  T161: {
    severity: 'error',
    title: 'a table ends within a row',
    meaning:
      'The last row has fewer cells than all rows before it and no line end: the file was cut there, and rows may be missing. What there is of the row was read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again. Where the last line is no row of the table: `--accept T161=1 --reason "…"`.',
  },
  // Tables and documents of any kind.
  T162: {
    severity: 'error',
    title: 'a table or document has no bytes',
    meaning:
      'By its name the file holds records of calls, and it is empty: it was never written or copied. A table without calls has a header or a root element.',
    next: 'Compare the size of the file with the one on the recorder and copy it again. Where it is empty there, too: `--accept T162=N --reason "…"`.',
  },
  T163: {
    severity: 'error',
    title: 'a text document or log is cut',
    meaning:
      'The text lacks what its writer puts at its end: the line end behind its last line, the lines about the end of the call, the last boundary of a message. What there is of it was read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
