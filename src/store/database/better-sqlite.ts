import { createRequire } from 'node:module';
import type { Db, Driver } from './driver.ts';

/** The part of a better-sqlite3 package that longplay uses. */
type Library = new (file: string, options: { readonly readonly?: boolean; readonly fileMustExist?: boolean }) => Db;

/** The first version of Node.js for better-sqlite3 13, whose Node-API binary serves all later versions. On Node.js 20 it crashes the process (measured: signal 11). */
const nodeApiFrom = 22;

/**
 * Loads better-sqlite3 in the release for the running Node.js: 13 contains one Node-API binary for all versions from 22 on; 12.9 is bound to the one version of Node.js
 * that it was compiled for.
 * @throws the package's error if its binary is absent or was built for another Node.js
 */
export function betterSqlite(node: string = process.versions.node): Driver {
  const require = createRequire(import.meta.url);
  const isOld = Number.parseInt(node, 10) < nodeApiFrom;
  // The package exports its class.
  const Database = (isOld ? require('better-sqlite3-node20') : require('better-sqlite3')) as Library;
  const { version } = (isOld ? require('better-sqlite3-node20/package.json') : require('better-sqlite3/package.json')) as {
    readonly version: string;
  };
  // The binary is loaded with the first database.
  new Database(':memory:', {}).close();
  return {
    name: `better-sqlite3 ${version}`,
    open: (file, { readonly }) => new Database(file, readonly ? { readonly, fileMustExist: true } : {}),
    codeOf: (error) =>
      error instanceof Error && error.name === 'SqliteError' && 'code' in error && typeof error.code === 'string' ? error.code : null,
  };
}
