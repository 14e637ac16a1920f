import { type ByteReader, sliceReader } from '../../core/base/bytes.ts';
import { extension } from '../../core/base/safe-path.ts';
import { headText } from '../text/record-place.ts';
import type { TableKind } from '../text/types.ts';

/** First bytes of a SQLite database. Source: sqlite.org/fileformat2.html, section 1.3.1. */
export const sqliteMagic = 'SQLite format 3\0';

/** Number of bytes examined; large, because comments before the first statement may be long. */
const kindBytes = 64 * 1024;

/** Matches the beginning of a statement of a dump. The text after the first word is included, because a table's heading may be called `Set` or `Use`. */
const statement = new RegExp(
  [
    String.raw`CREATE\s+(?:TABLE|DATABASE|SCHEMA|TYPE|SEQUENCE|EXTENSION|FUNCTION|INDEX|TEMP)\b`,
    String.raw`(?:INSERT|REPLACE)\s+(?:\w+\s+){0,3}(?:INTO\b|\[)`,
    String.raw`INSERT\s+\w+(?:\.\w+)*\s*(?:\(|VALUES\b)`,
    String.raw`COPY\s[^\n]*\sFROM\s+stdin\b`,
    String.raw`DROP\s+(?:TABLE|DATABASE|SCHEMA|VIEW)\b`,
    String.raw`ALTER\s+(?:TABLE|DATABASE)\b`,
    String.raw`USE\s+(?:\[[^\]\n]*\]|${'`'}[^${'`'}\n]*${'`'}|\w+\s*;|\w+\s*\r?\nGO\b)`,
    String.raw`SET\s+(?:NAMES\s|\w+\s+(?:ON|OFF)\b|IDENTITY_INSERT\s|[@\w.]+\s*(?:=|TO\s))`,
    String.raw`LOCK\s+TABLES\b`,
    String.raw`BEGIN\s+TRANSACTION\s*;`,
    String.raw`(?:BEGIN|START\s+TRANSACTION)\s*;`,
    String.raw`PRAGMA\s+\w+\s*=`,
    String.raw`\\(?:restrict|connect|c)\s`,
    String.raw`SELECT\s+pg_catalog\.`,
  ]
    .map((each) => `(?:${each})`)
    .join('|'),
  'iy',
);

/** Matches white space and comments before a statement; `GO` occurs in SQL Server's scripts. Each is skipped up to its own end mark. */
const aside = /(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|GO\s*\n|\/\*(?:[^*]|\*(?!\/))*\*\/\s*;?)/y;

/**
 * Identifies the kind of a table file by its first bytes, or else by its name (.csv, .tsv, .txt, .sql); null if it is not a supported table. Does not check the
 * rest of the file.
 */
export async function tableKind(reader: ByteReader, path: string, signal: AbortSignal): Promise<TableKind | null> {
  const head = await reader.read(0, 16, signal);
  if (new TextDecoder('latin1').decode(head) === sqliteMagic) return 'sqlite';
  const text = (await headText(sliceReader(reader, 0, kindBytes), null, signal)).replace(/^\ufeff/, '').trimStart();
  if (/^<(?:\?xml\s|!--|!DOCTYPE\s|[A-Za-z_][\w.:-]*[\s/>])/i.test(text)) return 'xml';
  if (/^(?:\{\s*(?:"|\}|$)|\[\s*(?:[[{"\]\d-]|true|false|null|$))/.test(text)) return 'json';
  if (beginsStatement(text)) return 'sql';
  const ending = extension(path).toLowerCase();
  if (ending === '.sql') return 'sql';
  return ending === '.csv' || ending === '.tsv' || ending === '.txt' ? 'csv' : null;
}

function beginsStatement(text: string): boolean {
  let at = 0;
  for (;;) {
    aside.lastIndex = at;
    const passed = aside.exec(text)?.[0].length ?? 0;
    if (passed === 0) break;
    if (/^-- (?:MySQL|MariaDB|PostgreSQL|phpMyAdmin)\b.*\bdump\b/im.test(text.slice(at, at + passed))) return true;
    at += passed;
  }
  statement.lastIndex = at;
  return statement.test(text);
}
