import { errorText, LongplayError } from '../../core/base/error.ts';
import { betterSqlite } from './better-sqlite.ts';
import type { Driver } from './driver.ts';
import { nodeSqlite } from './node-sqlite.ts';

let loaded: Driver | null = null;
/** Why none could be loaded. A second attempt would give another reason, e.g. that a module did not register itself. */
let refused: unknown = null;

/**
 * Returns the library that opens SQLite files here: better-sqlite3, or Node.js's own SQLite if better-sqlite3 cannot be loaded. A process always gets the same
 * library.
 * @throws LongplayError A191 if neither can be loaded, which is a fault of this installation, never of a file
 */
export function driver(): Driver {
  if (refused !== null) throw refused;
  try {
    loaded ??= load();
  } catch (error) {
    refused = error;
    throw error;
  }
  return loaded;
}

/** Returns the name of an error's extended SQLite result code, e.g. SQLITE_CONSTRAINT_UNIQUE; null if the error is not SQLite's. */
export function sqliteCode(error: unknown): string | null {
  return loaded?.codeOf(error) ?? null;
}

function load(): Driver {
  const troubles: unknown[] = [];
  for (const candidate of [betterSqlite, nodeSqlite]) {
    try {
      return candidate();
    } catch (error) {
      troubles.push(error);
    }
  }
  // One library's error lists every path that it tried; the first line says what is wrong.
  const [why = '', instead = ''] = troubles.map((error) => reasonOf(errorText(error)));
  throw new LongplayError(
    'incomplete',
    'A191',
    `SQLite cannot be loaded under Node.js ${process.versions.node}: ${why}; the alternative is not available either: ${instead}`,
    `a fault of the installation, not of an archive: ${driverRemedy()}; then \`longplay doctor\``,
  );
}

/** Returns the first line of an error text, or the second if the library was built for another Node.js: there the second line says so. */
function reasonOf(text: string): string {
  const [first = '', second = ''] = text.split(/[\r\n]|\\u000a/);
  const reason = second.startsWith('was compiled against a different Node.js') ? `${first} ${second.replace(/ using$/, '')}` : first;
  return reason.replace(/[:.\s]+$/, '');
}

/**
 * Returns the command that makes the library loadable again. Some sites forbid install scripts for all of npm, so the command allows them where it needs one.
 */
export function driverRemedy(node: string = process.versions.node): string {
  return Number.parseInt(node, 10) < 22
    ? 'run `npm rebuild better-sqlite3-node20 --ignore-scripts=false` in the folder of longplay with the Node.js that runs it, or use Node.js 22 or later'
    : 'run `npm ci --omit=dev --ignore-scripts` in the folder of longplay with the Node.js that runs it, or install its package again';
}
