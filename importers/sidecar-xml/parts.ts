import { byCodePoint } from '../../src/core/base/order.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { inumOfKey, sidecarKey, sidecarShape } from './joins.ts';
import { inumOfName, pathStemOf, stemOf } from './names.ts';
import { inumsOf } from './search.ts';

/** The records and files of one recording. */
export interface Part {
  /** The INUM that its records and files share; null if they lie beside each other or share a name. */
  readonly inum: string | null;
  /** Sidecars by their paths, including repeated ones. */
  readonly sidecars: readonly JoinedRecord[];
  /** Rows of searches in the order of their tables, including repeated ones. */
  readonly rows: readonly JoinedRecord[];
  readonly files: readonly ClaimedFile[];
}

type Growing = { readonly inum: string | null; readonly sidecars: JoinedRecord[]; readonly rows: JoinedRecord[]; readonly files: ClaimedFile[] };

/**
 * Divides the records and files that share an INUM into recordings. A sidecar and the audio with its name are a recording of their own, whatever INUM the
 * sidecar contains: two pairs that contain one INUM are two recordings, and other audio with the INUM in its name is a third. Rows, sidecars and silent files
 * of the INUM belong to the one pair that contains it.
 */
export function partsOf(call: Call): readonly Part[] {
  const parts = new Map<string, Growing>();
  const partOf = (name: string): Growing => {
    const known = parts.get(name);
    if (known !== undefined) return known;
    const made: Growing = { inum: inumOfKey(name), sidecars: [], rows: [], files: [] };
    parts.set(name, made);
    return made;
  };
  const records = [...call.records, ...call.repeated].sort((a, b) => byCodePoint(a.path, b.path) || a.number - b.number);
  const files = call.files.map((file) => ({ file, name: inumOfName(file.path) ?? (file.window ? farName(file.path) : nearName(file.path)) }));
  const names = new Set(files.map(({ name }) => name));
  const pairs = new Set<Growing>();
  for (const record of records) {
    if (record.shape !== sidecarShape) {
      for (const inum of inumsOf(record)) if (call.keys.includes(inum)) partOf(inum).rows.push(record);
      continue;
    }
    const pair = inumOfName(record.path) === null ? [nearName(record.path), farName(record.path)].find((name) => names.has(name)) : undefined;
    const part = partOf(pair ?? sidecarKey(record));
    part.sidecars.push(record);
    if (pair !== undefined) pairs.add(part);
  }
  for (const { file, name } of files) partOf(name).files.push(file);
  const all = [...parts.values()];
  const [pair] = pairs;
  if (pair === undefined) return all;
  const joins = (part: Growing): boolean =>
    !pairs.has(part) && part.files.every(isSilent) && (pairs.size === 1 || part.sidecars.length + part.rows.length === 0);
  const joining = all.filter(joins);
  for (const { sidecars, files } of joining) {
    pair.sidecars.push(...sidecars);
    pair.files.push(...files);
  }
  pair.rows.push(...new Set(joining.flatMap(({ rows }) => rows)));
  return all.filter((part) => !joins(part));
}

/** Returns the name of the part for files beside a sidecar, and for files with its stem in another folder. */
function nearName(path: string): string {
  return `beside ${pathStemOf(path)}`;
}

function farName(path: string): string {
  return `stem ${stemOf(path)}`;
}

/** Returns true if a file is neither audio nor a screen recording. */
export function isSilent({ kind }: ClaimedFile): boolean {
  return kind === 'other';
}

/** Returns the key by which files of one recording are compared; null for an empty file, which is not compared. */
export function twinKey({ path, size, window }: ClaimedFile): string | null {
  return size === 0 ? null : (inumOfName(path) ?? (window ? stemOf(path) : pathStemOf(path)));
}
