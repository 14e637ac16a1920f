/** Differences between vendors in the syntax of dumps. */
export interface SqlDialect {
  readonly name: 'mysql' | 'postgres' | 'sqlserver' | 'sqlite' | 'standard';
  /** True if a backslash escapes in a plain string; otherwise it is literal, and only a doubled quote stands for a quote. */
  readonly backslash: boolean;
}

/**
 * Texts that only one vendor's programs write, at the beginning of a line or in names, where cell text is unlikely. The first match in the file decides,
 * because dumping programs write these texts before all rows.
 */
const evidence: readonly (readonly [name: Exclude<SqlDialect['name'], 'standard'>, pattern: RegExp])[] = [
  [
    'mysql',
    /^-- (?:MySQL|MariaDB) dump|^-- (?:phpMyAdmin|HeidiSQL|Adminer\b.*MySQL)|^\/\*!\d{5}|^\/\*M!\d|^(?:INSERT|REPLACE|CREATE TABLE|DROP TABLE|LOCK TABLES|ALTER TABLE|USE)\b[^\n('"]{0,40}`|^\)\s?(?:ENGINE|TYPE)=|^SET NAMES\s|^DELIMITER\s/im,
  ],
  [
    'postgres',
    /^-- PostgreSQL database|^COPY\s[^\n]{1,2000}\sFROM stdin\b|^SET (?:standard_conforming_strings|client_encoding|search_path|statement_timeout|default_tablespace)\b|^SELECT pg_catalog\.|^\\(?:restrict|connect)\s|^INSERT INTO [^\n]{0,2000}(?:[,( ]E'|'::\w)/im,
  ],
  [
    'sqlserver',
    /^GO[ \t]*\r?$|^USE \[|^SET (?:ANSI_NULLS|ANSI_PADDING|QUOTED_IDENTIFIER|IDENTITY_INSERT|NOCOUNT)\b|^(?:INSERT|CREATE TABLE)\s(?:INTO\s)?\[|^\/\*{3,} Object: /im,
  ],
  ['sqlite', /^PRAGMA \w+|^BEGIN TRANSACTION;|^INSERT INTO "?sqlite_sequence\b/im],
];

/**
 * Detects a file's dialect from its beginning. Only MySQL and MariaDB escape by backslash in plain strings (MySQL 8.4 manual, section 11.1.1; MariaDB, String
 * Literals). PostgreSQL does so only in `E'…'` (manual, section 4.1.2.2), and in plain strings if the dump itself turns `standard_conforming_strings` off; SQL
 * Server (Transact-SQL, Constants) and SQLite (SQL As Understood By SQLite, Literal Values) never do. Without any match, a quote after a backslash decides if
 * it cannot end its string.
 */
export function sqlDialect(sample: string): SqlDialect {
  let best: { readonly name: SqlDialect['name']; readonly at: number } | null = null;
  for (const [name, pattern] of evidence) {
    const at = pattern.exec(sample)?.index;
    if (at !== undefined && (best === null || at < best.at)) best = { name, at };
  }
  if (best?.name === 'mysql') return { name: 'mysql', backslash: !/^SET sql_mode\s*=\s*'[^'\n]*NO_BACKSLASH_ESCAPES/im.test(sample) };
  if (best?.name === 'postgres') return { name: 'postgres', backslash: /^SET standard_conforming_strings\s*(?:=|TO)\s*'?off\b/im.test(sample) };
  if (best !== null) return { name: best.name, backslash: false };
  return /[^\\](?:\\\\)*\\'(?!\s*[,)'])/.test(sample) ? { name: 'mysql', backslash: true } : { name: 'standard', backslash: false };
}
