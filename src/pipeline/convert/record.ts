import { existsSync } from 'node:fs';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { foldedName } from '../../core/base/safe-path.ts';
import type { Entry } from '../../core/model/source.ts';
import { linesOfFile } from '../files/file-lines.ts';
import { createLineFile } from '../files/line-file.ts';

/** Name of the record, beside the manifest. */
export const recordName = 'conversions.jsonl';

/**
 * Records which file each copy was made from, so that a second run neither repeats the copy nor mistakes another file with the same name for that
 * file.
 */
export interface ConversionRecord {
  /**
   * Finds the earlier conversion of an entry. `same`: this file was converted to `to`; `other`: a file with this path was, but it has changed since.
   * Null: none.
   */
  find(entry: Entry, asked: string): { readonly is: 'same' | 'other'; readonly to: string } | null;
  /** Returns true if no conversion of another file has the name, with any extension, on any file system. */
  isFree(stem: string, from: string): boolean;
  /** Removes copies of these stems from the record that have settings other than `asked` and would be overwritten. @returns their paths */
  release(stems: ReadonlySet<string>, asked: string): string[];
  /** Adds a conversion. @returns its line, including the line feed */
  add(entry: Entry, asked: string, to: string): string;
  /** Writes the record, followed by further lines, whole or not at all. @returns its SHA-256 */
  write(file: string, further?: Iterable<string>): string;
}

/** Returns the line of a file that was not copied, including the line feed. */
export function leftOutLine(entry: Entry, reason: string): string {
  return `${canonicalJson({ from: entry.path, leftOut: reason, modifiedMs: modifiedOf(entry), sizeBytes: entry.size })}\n`;
}

interface Conversion {
  /** Requested format, with its settings unless they are the defaults; the copy may nevertheless be a WAV. */
  readonly asked: string;
  readonly from: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number | null;
  readonly to: string;
}

/**
 * Reads the record of earlier runs; empty if there was none. Lines of another shape are ignored: files that were left out are examined again, other
 * files are converted again.
 */
export function readConversions(file: string): ConversionRecord {
  const made = new Map<string, Conversion>();
  /** Keys of `made` by the path of the copy. */
  const places = new Map<string, string>();
  const owners = new Map<string, string>();
  const enter = (conversion: Conversion): void => {
    // A path can have only one copy, even if an older record says otherwise.
    const before = places.get(conversion.to);
    if (before !== undefined) made.delete(before);
    const key = `${conversion.asked} ${conversion.from}`;
    made.set(key, conversion);
    places.set(conversion.to, key);
    owners.set(foldedName(conversion.to.slice(0, conversion.to.lastIndexOf('.'))), conversion.from);
  };
  for (const line of existsSync(file) ? linesOfFile(file) : []) {
    const conversion = line === '' ? null : parseConversion(line);
    if (conversion !== null) enter(conversion);
  }
  return {
    find: (entry, asked) => {
      const found = made.get(`${asked} ${entry.path}`);
      if (found === undefined) return null;
      const same = found.sizeBytes === entry.size && found.modifiedMs === modifiedOf(entry);
      return { is: same ? 'same' : 'other', to: found.to };
    },
    isFree: (stem, from) => [undefined, from].includes(owners.get(foldedName(stem))),
    release: (stems, asked) => {
      const released = [...made].filter(
        ([, { asked: before, to }]) => before !== asked && formatOf(before) === formatOf(asked) && stems.has(to.slice(0, to.lastIndexOf('.'))),
      );
      for (const [key, { to }] of released) {
        made.delete(key);
        places.delete(to);
      }
      return released.map(([, { to }]) => to);
    },
    add: (entry, asked, to) => {
      const conversion = { asked, from: entry.path, sizeBytes: entry.size, modifiedMs: modifiedOf(entry), to };
      enter(conversion);
      return lineOf(conversion);
    },
    write: (target, further = []) => {
      const lines = createLineFile(target);
      try {
        for (const conversion of [...made.values()].sort((a, b) => byCodePoint(a.to, b.to))) lines.write(lineOf(conversion));
        for (const line of further) lines.write(line);
        return lines.finish().sha256;
      } catch (error) {
        lines.discard();
        throw error;
      }
    },
  };
}

/** Returns the format in a text of format and settings, e.g. `opus` for `opus 16000 4`. */
function formatOf(asked: string): string {
  return asked.split(' ', 1)[0] ?? '';
}

function lineOf(conversion: Conversion): string {
  return `${canonicalJson(conversion)}\n`;
}

function modifiedOf(entry: Entry): number | null {
  return entry.modifiedMs === null ? null : Math.floor(entry.modifiedMs);
}

function parseConversion(line: string): Conversion | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { asked, from, sizeBytes, modifiedMs, to } = value as Record<string, unknown>; // an object with unknown members
  if (typeof asked !== 'string' || typeof from !== 'string' || typeof to !== 'string' || typeof sizeBytes !== 'number') return null;
  if (modifiedMs !== null && typeof modifiedMs !== 'number') return null;
  return { asked, from, sizeBytes, modifiedMs, to };
}
