import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import { byCodePoint } from '../core/base/order.ts';
import { createSealingRecord, type SealingRecord } from '../core/model/sealing.ts';
import { readTagFile } from './bag/tag-file.ts';

/** Folder of the log's entries, in files of 256 (tlog-tiles, "entries"). */
const entriesFolder = 'log/tile/entries';

/** What each entry about sealing contains, as bytes of canonical JSON. Files without it, all of them in an archive that was never sealed, are not parsed. */
const signs = ['"type":"sealing-', '"making":"'] as const;

/** Matches the entries that `SealingRecord` takes. Their details are flat and contain no braces. */
const entry = /\{"detail":\{[^{}]*\},"time":"[^"]*","type":"(?:bag-intended|bag-landed|sealing-begun|sealing-finished)"\}/g;

/**
 * Reads from an archive's log what it says about sealing. Does not check the log: a verification does. An entry that somebody forged can only make
 * commands refuse an open archive, and altering the true one breaks the signature of the log. 100,000 entries took 37 ms with the files in memory.
 * @throws the system's error if a file of the log cannot be read
 */
export function readSealing(dir: string): SealingRecord {
  const record = createSealingRecord();
  for (let attempt = 1; !tryReading(join(dir, entriesFolder), record); attempt++) {
    if (attempt === limits.logReadings) break;
    record.clear();
  }
  return record;
}

/** Returns false if a file vanished after it was listed: another run has replaced it by one with more entries. */
function tryReading(folder: string, record: SealingRecord): boolean {
  let isWhole = true;
  for (const file of entryFiles(folder)) {
    const bytes = readOrNull(file);
    if (bytes === null) isWhole = false;
    if (bytes === null || !signs.some((sign) => bytes.includes(sign))) continue;
    for (const [text] of bytes.toString('latin1').matchAll(entry)) {
      const found = parsed(text);
      if (found !== null) record.take(found);
    }
  }
  return isWhole;
}

function parsed(text: string): Parameters<SealingRecord['take']>[0] | null {
  try {
    return JSON.parse(text) as Parameters<SealingRecord['take']>[0]; // the pattern has both members
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Lists the files of entries in the order of the log: full ones, and of a file that grows the widest. */
function entryFiles(folder: string): string[] {
  return listed(folder).flatMap((name) => {
    const path = join(folder, name);
    if (/^\d{3}$/.test(name)) return [path];
    if (/^x\d{3}$/.test(name)) return entryFiles(path);
    if (!/^\d{3}\.p$/.test(name)) return [];
    const widest = Math.max(0, ...listed(path).flatMap((width) => (/^[1-9]\d{0,2}$/.test(width) ? [Number(width)] : [])));
    return widest === 0 ? [] : [join(path, String(widest))];
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort(byCodePoint);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

function readOrNull(file: string): Buffer | null {
  try {
    return readTagFile(file, limits.logBundleBytes);
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTFILE', 'ELOOP', 'EFBIG'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
}
