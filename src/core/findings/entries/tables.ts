import type { FindingEntry } from './types.ts';

/** Codes T100 to T199: tables. */
export const tablesFindings = {
  // T100 to T109: encodings.
  T100: {
    severity: 'warning',
    title: 'the encoding of a table is assumed',
    meaning:
      'The file is not UTF-8, has no byte order mark, and no encoding was declared. It was read as windows-1252, which accepts all bytes, right or wrong.',
    next: 'Look at a name with an accent in the result. If it is wrong, import again with --encoding, e.g. windows-1251 or utf-16le.',
  },
  T101: {
    severity: 'warning',
    title: 'a file is not in its declared encoding',
    meaning: 'The file or the command line declares an encoding that the bytes contradict or that is unknown. It was read as windows-1252.',
    next: 'Look at a name with an accent in the result. If it is wrong, import again with the right --encoding.',
  },
  T102: {
    severity: 'note',
    title: 'a file is UTF-8 although it declares another encoding',
    meaning: 'All bytes of the file are valid UTF-8, which rarely happens by chance. It was read as UTF-8 despite the declaration.',
    next: 'Nothing, unless names with accents are wrong in the result.',
  },
  T103: {
    severity: 'warning',
    title: 'text was encoded as UTF-8 twice',
    meaning: 'The exporting program mistook UTF-8 for another encoding and converted it again, so that ä became Ã¤. The text is kept as it is.',
    next: 'Ask for a new export if possible. Otherwise search with the broken spelling, too.',
  },
  T104: {
    severity: 'warning',
    title: 'a file with a UTF-8 byte order mark is not UTF-8',
    meaning:
      'The file begins with the byte order mark of UTF-8, but has lines that are not UTF-8: files of two kinds were joined, or bytes were damaged. A line without any UTF-8 was read as windows-1252; in the others, bytes that are not UTF-8 were read as U+FFFD.',
    next: 'Compare these lines with the file, above all U+FFFD (a question mark in a diamond).',
  },
  T105: {
    severity: 'warning',
    title: 'lines of a table are in different encodings',
    meaning:
      'Most programs write one encoding, but this file has lines in UTF-8 and lines that are not, and no encoding was declared. Each line was decoded by itself: as UTF-8 if it is valid UTF-8, else as windows-1252. A line that is UTF-8 but for a few bytes, e.g. because a column was cut within a character, has U+FFFD in their place.',
    next: 'Look at names with accents in these lines. If they are wrong, import again with --encoding, which then applies to all lines.',
  },
  // T110 to T119: separated tables.
  T110: {
    severity: 'warning',
    title: 'no separator was found in a table',
    meaning: 'None of comma, semicolon, tab and bar occurs equally often in the rows. The table was read as one column.',
    next: 'Look at the file. If it has columns, state the separator in the mapping file.',
  },
  T111: {
    severity: 'warning',
    title: 'two separators are equally plausible',
    meaning: 'Two separators give about the same number of columns in about the same share of rows.',
    next: 'Look at some rows of the file. If the wrong one was used, state the separator in the mapping file.',
  },
  T112: {
    severity: 'error',
    title: 'a row opens a quote that never closes',
    meaning:
      'A quote is missing, so the row would swallow those after it. This row was not read; reading continued at the next line with the usual number of columns.',
    next: 'Open the file at that row, correct a copy of it, and import the copy.',
  },
  T113: {
    severity: 'error',
    title: 'a row has text after a closing quote',
    meaning: 'A quote inside a cell is not doubled, or a closing quote is missing, so the columns of the row are uncertain. This row was not read.',
    next: 'Open the file at that row, correct a copy of it, and import the copy.',
  },
  T114: {
    severity: 'error',
    title: 'a row is too large',
    meaning: 'A row is larger than 4 MiB or has more than 2,000 columns. Rows of exports are smaller: this is damage, or not a table.',
    next: 'Look at the file at that row.',
  },
  T115: {
    severity: 'error',
    title: 'a row cannot be split into cells',
    meaning: 'The row has a beginning and an end, but the parser for separated tables did not accept its content.',
    next: 'Look at the file at that row; if it looks right, please report it with an invented row of the same form.',
  },
  T116: {
    severity: 'warning',
    title: 'quotes inside a cell are not doubled',
    meaning:
      'The row is not valid in a separated table, but there is one way to read it that gives the usual number of columns. It was read that way.',
    next: 'Compare the cells of that row with the file.',
  },
  T117: {
    severity: 'note',
    title: 'rows hold NUL characters',
    meaning:
      'Text fields of fixed width are padded with NUL, or bytes were damaged. The characters are removed from the cells; the row in the bag still has them.',
    next: 'Nothing if the cells look right.',
  },
  T118: {
    severity: 'warning',
    title: 'rows whose number of cells differs from the number of columns',
    meaning: 'Separators in some cells are not quoted, cells are missing, or two tables were joined. The rows are kept, with their cells in place.',
    next: 'Look at the rows that the message names: a cell may be in the wrong column.',
  },
  T119: {
    severity: 'error',
    title: 'a row is damaged by NUL bytes',
    meaning:
      'A block of the file was never written or was lost and holds NUL bytes. The text before and after it belongs to different rows, so this row was not read; all rows whose text was there are missing.',
    next: "Compare the number of rows with the recorder's own count, and copy the file again or import a backup of it.",
  },
  // T120 to T129: XML.
  T120: {
    severity: 'error',
    title: 'an XML file has a DOCTYPE with declarations',
    meaning:
      'Declarations in a DOCTYPE can include other files and grow without limit, and exports of recorders have none. Nothing was expanded or fetched, and the file was not read further. A DOCTYPE that only names a file is ignored.',
    next: 'Look at the file. If it is harmless, remove the DOCTYPE from a copy and import the copy.',
  },
  T121: {
    severity: 'error',
    title: 'a record of an XML file is not well-formed',
    meaning:
      'Tags do not match, an entity is not defined, or an attribute occurs twice. This record was not read; reading continued at the next one.',
    next: 'Open the file at that record, correct a copy of it, and import the copy.',
  },
  T122: {
    severity: 'error',
    title: 'a record of an XML file is truncated',
    meaning: 'The file, or one of the documents in it, ends inside a record. The records before it were read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T123: {
    severity: 'error',
    title: 'a record of an XML file is too large or too deep',
    meaning: 'The record exceeds a limit for size, depth, elements, attributes or one value. It was skipped.',
    next: 'Look at the file at that record.',
  },
  T124: {
    severity: 'warning',
    title: 'several XML documents in one file',
    meaning: 'Files were joined, or a program appended to the file. The records of all documents were read; of a sidecar only the first document.',
    next: "Compare the number of records with the recorder's own count.",
  },
  T125: {
    severity: 'error',
    title: 'an XML file ends between two records',
    meaning: 'Elements around the records are still open at the end of the file: it was cut, and records may be missing.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T126: {
    severity: 'warning',
    title: 'characters that XML forbids were repaired',
    meaning:
      'The writer did not escape `&`, or wrote control characters. A bare `&` was read as itself and control characters were left out; the raw record has both.',
    next: 'Compare the values of that record with the file.',
  },
  T127: {
    severity: 'error',
    title: 'a file that should be XML has no elements',
    meaning: 'The file is empty, of another kind, or damaged from its beginning on.',
    next: 'Look at the file.',
  },
  T128: {
    severity: 'error',
    title: 'a sidecar is too large',
    meaning:
      'A file beside a recording is read whole, and this one exceeds the limit for such files. It was not read. A vCon may be larger: long bodies in base64 of its dialogs, analyses and attachments, e.g. sound, do not count. A vCon is not read if the rest exceeds the limit (e.g. texts, bodies in lines, UTF-16), if it is signed and larger and its content is compressed, or if it has too many long bodies.',
    next: 'Look at the file; it may be an export of many records. If it is a vCon, export it without line breaks in its bodies, or its signed content without compression.',
  },
  T129: {
    severity: 'warning',
    alarm: true,
    title: 'an XML file is damaged outside its records',
    meaning: 'Tags around the records do not match, or there is text where none is allowed. A record whose start tag is damaged is not found at all.',
    next: "Compare the number of records with the recorder's own count.",
  },
  // T130 to T139: JSON.
  T131: {
    severity: 'error',
    title: 'a record of a JSON file is not JSON',
    meaning: 'Brackets or quotes do not match, or a value is not valid JSON. This record was not read; reading continued at the next one.',
    next: 'Open the file at that record, correct a copy of it, and import the copy.',
  },
  T132: {
    severity: 'error',
    title: 'a record of a JSON file is truncated',
    meaning: 'The file ends inside a record. The records before it were read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T133: {
    severity: 'error',
    title: 'a record of a JSON file is too large or too deep',
    meaning: 'The record exceeds a limit for size or depth. It was skipped.',
    next: 'Look at the file at that record.',
  },
  T134: {
    severity: 'error',
    title: 'a JSON file has no records at the given path',
    meaning: 'The file has no value, or none of its values has anything at the given path.',
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
    meaning: 'There are brackets or words between the records that belong to no record: remains of lost records.',
    next: "Compare the number of records with the recorder's own count.",
  },
  // T140 to T149: declarations.
  T140: {
    severity: 'error',
    title: 'invalid file-name template',
    meaning: 'Braces do not match, a field occurs twice, or two fields without a form are adjacent.',
    next: 'Write fields as {name} or {name:FORM}, e.g. {from}-{date:YYYYMMDD}-{time:HHmmss}.{ext}.',
  },
  // T150 to T159: databases.
  T150: {
    severity: 'error',
    title: 'a row of a database is damaged or cut',
    meaning:
      'A quote or a parenthesis is missing, so the row would swallow those after it, or the file ends inside the row or before a part of it. This row was not read; reading continued at the next row that has one value per column of the table.',
    next: 'Export again if the database still runs. Otherwise open the dump at that row, correct a copy of it, and import the copy.',
  },
  T151: {
    severity: 'error',
    title: 'a row of a database dump has the wrong number of values',
    meaning: 'The number of values differs from the number of columns of the table, so their columns are uncertain. This row was not read.',
    next: 'Open the dump at that row and compare it with CREATE TABLE; correct a copy, and import the copy.',
  },
  T152: {
    severity: 'error',
    title: 'a row of a database is too large',
    meaning: 'The row is larger than 4 MiB or has more than 2,000 values. It was skipped.',
    next: 'Look at the row: if it holds recordings, export these as files. Otherwise, if it is intact, dump the table without that column.',
  },
  T153: {
    severity: 'error',
    title: 'an unsupported statement adds rows in a database dump',
    meaning:
      'Rows are read from INSERT … VALUES, REPLACE and COPY … FROM stdin. This statement adds rows in another way, or there are too many tables; its rows were not read.',
    next: 'Make the dump with mysqldump, pg_dump, the scripts of SQL Server Management Studio or .dump of sqlite3, or export the table as CSV.',
  },
  T154: {
    severity: 'error',
    title: 'a database dump is truncated',
    meaning: 'The dump ends inside a statement, or without the line that its program writes at the end: rows, and whole tables, may be missing.',
    next: 'Compare the size of the file with the original and copy it again, or make the dump again.',
  },
  T155: {
    severity: 'warning',
    title: 'a database dump does not name the columns of a table',
    meaning: 'Neither the statements that add rows nor a CREATE TABLE state the column names. The columns are named column 1, column 2 and so on.',
    next: 'Make the dump with the definitions of its tables, or name the columns by their numbers in the mapping file.',
  },
  T156: {
    severity: 'note',
    title: 'values of a database dump are binary',
    meaning:
      'The bytes of these values are not in the encoding that the dump declares: they come from binary columns. They are kept as hexadecimal digits.',
    next: 'Nothing, unless readable text appears as 0x…: then import again with the right --encoding.',
  },
  T157: {
    severity: 'warning',
    alarm: true,
    title: 'a database dump is damaged between its rows',
    meaning:
      'There are quotes, parentheses or words between the rows that belong to no statement, or the dump program reports an error there: rows may be missing.',
    next: "Compare the number of rows of each table with the database's own count.",
  },
  T158: {
    severity: 'error',
    title: 'a file that should be a database has no table',
    meaning:
      'The dump has no statement that defines a table or adds rows, or the database has no table: the file is empty, of another kind, or damaged from its beginning on.',
    next: 'Look at the file.',
  },
  T159: {
    severity: 'error',
    title: 'a SQLite database is damaged or encrypted',
    meaning:
      'SQLite cannot read the file, or cannot read one of its tables to its end. The rows before the damage are kept; how many are missing is unknown.',
    next: 'Copy the file again while the program that writes to it is stopped. If the database itself is damaged, try `.recover` of sqlite3 on a copy.',
  },
  T160: {
    severity: 'warning',
    title: 'newer rows may be missing: a SQLite database has a WAL file',
    meaning:
      'The database writes new rows first to a file with its own name and `-wal`, but only the database itself was read. Rows that were not yet moved into the database are missing.',
    next: 'Close the program that writes to it, or run `PRAGMA wal_checkpoint(TRUNCATE)`, then export again and compare the number of rows.',
  },
  // T161 to T169: separated tables again.
  T161: {
    severity: 'error',
    title: 'a table ends within a row',
    meaning:
      'The last row has fewer cells than all rows before it and no line end: the file was cut there, and rows may be missing. The cells that are there were read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again. If the last line is not a row of the table, accept the finding: `--accept T161=1 --reason "…"`.',
  },
  // Tables and documents of any kind.
  T162: {
    severity: 'error',
    title: 'a table or document is empty',
    meaning:
      'By its name the file holds records of calls, but it has 0 bytes: it was never written or copied. A table without calls still has a header or a root element.',
    next: 'Compare the size of the file with the one on the recorder and copy it again. If it is empty there, too, accept the finding: `--accept T162=N --reason "…"`.',
  },
  T163: {
    severity: 'error',
    title: 'a text document or log is truncated',
    meaning:
      'The text lacks what its writer puts at its end: the end of its last line, the lines about the end of the call, the last boundary of a message. What is there was read.',
    next: 'Compare the size of the file with the one on the recorder and copy it again.',
  },
  T164: {
    severity: 'error',
    title: 'a row was not read because columns are left out',
    meaning:
      'The mapping leaves columns out (`[keep] without`), and in this row it is not certain which cell belongs to which column: quotes or cells are missing. The row was not read and is kept nowhere, so that no value of those columns is kept.',
    next: 'Correct the row in a copy of the table and import the copy.',
  },
  T165: {
    severity: 'warning',
    alarm: true,
    title: 'a file of keys and values was not read completely',
    meaning:
      'A file beside a recording has no line with a key and a value, or lines before the first key, or too many keys. What was read is kept with the recording, and so is the file.',
    next: 'Look at the file: it may be of another kind, or damaged.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
