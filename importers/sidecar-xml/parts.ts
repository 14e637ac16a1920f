import { byCodePoint } from '../../src/core/base/order.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { inumOfKey, sidecarKey, sidecarShape } from './joins.ts';
import { inumOfName, pathStemOf, stemOf } from './names.ts';
import { inumsOf } from './search.ts';

/** What belongs to one recording. */
export interface Part {
  /** The INUM by which its records and files belong together; null: they lie beside each other or have one name. */
  readonly inum: string | null;
  /** Sidecars by their paths, repeated ones, too. */
  readonly sidecars: readonly JoinedRecord[];
  /** Rows of searches in the order of their tables, repeated ones, too. */
  readonly rows: readonly JoinedRecord[];
  readonly files: readonly ClaimedFile[];
}

type Growing = { readonly inum: string | null; readonly sidecars: JoinedRecord[]; readonly rows: JoinedRecord[]; readonly files: ClaimedFile[] };

/**
 * Parts the records and files that share an INUM into recordings. A sidecar and the audio of its name are a recording of their own, whatever INUM the sidecar has
 * inside: two pairs with one INUM inside are two recordings, and so is other audio that has the INUM in its name. Rows, sidecars and silent files of the INUM belong to
 * the one pair that has it inside.
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

/** Names of the parts of what lies beside a sidecar, and of what has its stem elsewhere. */
function nearName(path: string): string {
  return `beside ${pathStemOf(path)}`;
}

function farName(path: string): string {
  return `stem ${stemOf(path)}`;
}

/** Whether a file is neither audio nor a screen. */
export function isSilent({ kind }: ClaimedFile): boolean {
  return kind === 'other';
}

/** Files are compared with those of their own recording; null: one without a byte is not compared. */
export function twinKey({ path, size, window }: ClaimedFile): string | null {
  return size === 0 ? null : (inumOfName(path) ?? (window ? stemOf(path) : pathStemOf(path)));
}
