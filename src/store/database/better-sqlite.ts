import { createRequire } from 'node:module';
import type { Db, Driver } from './driver.ts';

/** The part of a package of better-sqlite3 that is used. */
type Library = new (file: string, options: { readonly readonly?: boolean; readonly fileMustExist?: boolean }) => Db;

/** The first version of Node.js that better-sqlite3 13 runs on: one binary by Node-API for all later versions. On Node.js 20 it ends the process (measured: signal 11). */
const nodeApiFrom = 22;

/**
 * better-sqlite3, in the release that the running Node.js takes: 13 brings one binary by Node-API for all versions from 22 on, inside its package; 12.9 is bound to the one version of Node.js
 * that it was compiled for.
 * @throws what the package throws where its binary is absent or of another Node.js
 */
export function betterSqlite(node: string = process.versions.node): Driver {
  const require = createRequire(import.meta.url);
  const isOld = Number.parseInt(node, 10) < nodeApiFrom;
  // The package gives its class.
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
