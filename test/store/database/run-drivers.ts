import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { betterSqlite } from '../../../src/store/database/better-sqlite.ts';
import { nodeSqlite } from '../../../src/store/database/node-sqlite.ts';
import { exercise } from './exercise.ts';

// Runs the exercise with each driver that this Node.js can load, below the given folder and on the given catalog, and prints the results as JSON. A newer Node.js runs it directly,
// without a build.

/** Results of each driver, by name, without and with encryption; drivers that cannot be loaded are absent. */
export function runDrivers(folder: string, catalog: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const load of [betterSqlite, nodeSqlite]) {
    let driver: ReturnType<typeof betterSqlite>;
    try {
      driver = load();
    } catch {
      continue;
    }
    const own = join(folder, String(Object.keys(found).length));
    mkdirSync(own, { recursive: true });
    found[driver.name] = exercise(driver, own, catalog, null);
    if (!driver.encrypts) continue;
    const sealed = join(folder, `${Object.keys(found).length}-sealed`);
    mkdirSync(sealed);
    found[`${driver.name}, encrypted`] = exercise(driver, sealed, catalog, Buffer.alloc(32, 7));
  }
  return found;
}

const [, , option, below, catalog] = process.argv;
if (option === '--below' && below !== undefined && catalog !== undefined) process.stdout.write(JSON.stringify(runDrivers(below, catalog)));
