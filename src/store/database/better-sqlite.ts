import { createRequire } from 'node:module';
import { keyText } from './database-key.ts';
import type { Db, Driver } from './driver.ts';

/** The part of a better-sqlite3-multiple-ciphers package that longplay uses. */
type Library = new (
  file: string,
  options: { readonly readonly?: boolean; readonly fileMustExist?: boolean },
) => Db & {
  key(text: Buffer): unknown;
  rekey(text: Buffer): unknown;
};

/**
 * The first version of Node.js that can load release 13, whose Node-API binary serves all later versions. On Node.js 20 the binary crashes the process
 * (measured: signal 11).
 */
const nodeApiFrom = 22;

/**
 * Cipher of encrypted databases: AEGIS-256, with a random nonce and a tag of 32 bytes each for every page of the file and of its journals. It is the fastest
 * authenticated cipher of SQLite3 Multiple Ciphers (docs/decisions/0018-encrypted-sqlite.md).
 */
const cipher = 'aegis';

/**
 * Loads better-sqlite3 with SQLite3 Multiple Ciphers in the release that suits the running Node.js. Release 13 contains one Node-API binary for all versions
 * from 22 on; release 12.9 works only with the version of Node.js for which it was compiled.
 * @throws the package's error if its binary is absent or was built for another Node.js
 */
export function betterSqlite(node: string = process.versions.node): Driver {
  const require = createRequire(import.meta.url);
  const isOld = Number.parseInt(node, 10) < nodeApiFrom;
  // The package exports its class.
  const Database = (isOld ? require('better-sqlite3-node20') : require('better-sqlite3-multiple-ciphers')) as Library;
  const { version } = (isOld ? require('better-sqlite3-node20/package.json') : require('better-sqlite3-multiple-ciphers/package.json')) as {
    readonly version: string;
  };
  // The first database loads the binary.
  const probe = new Database(':memory:', {});
  // SQLite ignores unknown pragmas: without this check, a build without ciphers would write plaintext and report nothing.
  const encrypts = probe.prepare("SELECT 1 FROM pragma_function_list WHERE name = 'sqlite3mc_version'").get() !== undefined;
  probe.close();
  return {
    name: `better-sqlite3 ${version}`,
    encrypts,
    open: (file, { readonly, key }) => {
      const db = new Database(file, readonly ? { readonly, fileMustExist: true } : {});
      if (key === null) return db;
      try {
        db.pragma(`cipher = '${cipher}'`);
        withText(key, (text) => db.key(text));
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    },
    rekey: (file, from, to) => {
      const db = new Database(file, { fileMustExist: true });
      try {
        db.pragma(`cipher = '${cipher}'`);
        if (from !== null) withText(from, (text) => db.key(text));
        // With a write-ahead log, pages would keep their salt; without one, each page is rewritten.
        db.pragma('journal_mode = DELETE');
        if (to === null) db.rekey(Buffer.alloc(0));
        else withText(to, (text) => db.rekey(text));
      } finally {
        db.close();
      }
    },
    codeOf: (error) =>
      error instanceof Error && error.name === 'SqliteError' && 'code' in error && typeof error.code === 'string' ? error.code : null,
  };
}

/** Passes a key to the library as text and overwrites the text afterwards. */
function withText(key: Uint8Array, work: (text: Buffer) => unknown): void {
  const text = keyText(key);
  try {
    work(text);
  } finally {
    text.fill(0);
  }
}
