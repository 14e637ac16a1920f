import { type Finding, finding } from '../src/core/finding.ts';
import { limits } from '../src/core/limits.ts';
import type { ReconciliationStatus } from '../src/core/recording.ts';
import { baseName, extension, foldedName } from '../src/core/safe-path.ts';
import { commonTail, pathParts } from '../src/joins/keys.ts';
import type { Values } from '../src/tables/values.ts';
import type { JoinMapping, Mapping } from './generic-mapping.ts';
import { fileValues, type Gathered, type KeyedRow, type StagedFile } from './generic-recording.ts';
import type { StagedRow } from './generic-row.ts';

/** Files that may be media of one recording. */
const filesPerRecording = 1_000;
/** Candidates that a finding names. */
const candidatesShown = 8;

/** How rows and files of one source are joined exactly: both are grouped by the same text, then settled group by group. */
export interface ExactJoin {
  /** Null: the row names no file. */
  groupOfRow(row: StagedRow, values: Values): string | null;
  /** Parts of the path that the row names; null: it names none. */
  depthOfRow(values: Values): number | null;
  /** Null: the name does not tell. */
  groupOfFile(path: string): string | null;
  /** What rows and files of one group are to each other. */
  settle(rows: readonly KeyedRow[], files: readonly StagedFile[], valuesOf: (row: KeyedRow) => Values): readonly Settled[];
}

/** A recording, or a row or file that found nothing. */
export type Settled = Gathered | { readonly alone: 'row'; readonly row: KeyedRow } | { readonly alone: 'file'; readonly file: StagedFile };

/**
 * The exact join of a mapping, or null where it joins by time only.
 * @param depth folders and name that all paths of rows and files have, so that groups are as small as can be.
 */
export function exactJoin(mapping: Mapping, depth: number): ExactJoin | null {
  const exact = mapping.join?.exact ?? null;
  if (exact === null) return null;
  if (exact.by === 'file') return joinByFile(exact, depth);
  if (exact.by === 'beside') {
    return {
      groupOfRow: ({ file }) => (file === undefined ? null : withoutExtension(file.path)),
      depthOfRow: () => null,
      groupOfFile: withoutExtension,
      settle: (rows, files) => settleTogether(rows, files, 'a document of the same path but for the extension'),
    };
  }
  const fields = exact.pairs.map((pair) => pair.field);
  return {
    groupOfRow: (_row, values) => groupOf(exact.pairs.map((pair) => values.peek(pair.columns))),
    depthOfRow: () => null,
    groupOfFile: (path) => {
      const values = fileValues(path, mapping);
      return values === null ? null : groupOf(fields.map((field) => values.peek([field])));
    },
    settle: (rows, files) =>
      settleTogether(rows, files, `${fields.join(' and ')} of the file name = ${exact.pairs.map((pair) => pair.columns.join(' ')).join(' and ')}`),
  };
}

/** A path or name without its extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}

/** The same of an entry, inside the last container that it lies in: what container was used, no row knows. */
export function entryParts(path: string): readonly string[] {
  return pathParts(path.slice(path.lastIndexOf('!') + 1));
}

function groupOf(values: readonly (string | null)[]): string | null {
  return values.some((value) => value === null) ? null : values.map((value) => value?.trim().normalize('NFC')).join('\u0001');
}

function joinByFile(exact: Extract<JoinMapping['exact'], { by: 'file' }>, depth: number): ExactJoin {
  const same = (text: string): string => (exact.ignoreCase ? foldedName(text) : text);
  const column = exact.columns.join(' ');
  const prefixes = exact.strip.map((prefix) => pathParts(foldedName(prefix)));
  /** A row's path without what stands before the part that was exported. */
  const rowParts = (path: string): readonly string[] => {
    const parts = pathParts(same(path));
    const prefix = prefixes.find((each) => each.every((part, index) => foldedName(parts[index] ?? '') === part));
    return prefix === undefined ? parts : parts.slice(prefix.length);
  };
  const group = (parts: readonly string[]): string | null => {
    const name = parts.at(-1);
    if (name === undefined) return null;
    return exact.match === 'path' ? parts.slice(-depth).join('/') : exact.match === 'name' ? name : withoutExtension(name);
  };
  const rule = `${column} = ${exact.match === 'path' ? 'end of the path' : exact.match === 'name' ? 'file name' : 'file name without extension'}${exact.ignoreCase ? ', case ignored' : ''}`;
  return {
    groupOfRow: (_row, values) => {
      const file = values.peek(exact.columns);
      return file === null ? null : group(rowParts(file));
    },
    depthOfRow: (values) => {
      const file = values.peek(exact.columns);
      return file === null ? null : Math.max(1, rowParts(file).length);
    },
    groupOfFile: (path) => group(entryParts(same(path))),
    settle: (rows, files, valuesOf) =>
      exact.match === 'path'
        ? settleByPath(
            rows,
            files,
            (row) => rowParts(valuesOf(row).peek(exact.columns) ?? ''),
            (file) => entryParts(same(file.path)),
            same,
            rule,
          )
        : settleTogether(rows, files, rule),
  };
}

/** All rows and files of a group belong together; files of one name in two folders cannot be told apart. */
function settleTogether(rows: readonly KeyedRow[], files: readonly StagedFile[], rule: string): readonly Settled[] {
  if (rows.length === 0) return files.map((file) => ({ alone: 'file', file }));
  if (files.length === 0) return rows.map((row) => ({ alone: 'row', row }));
  if (rows.length > limits.rowsPerRecording || files.length > filesPerRecording) {
    return ambiguous(rows, files, rule, (place) =>
      finding('I172', place, `${rows.length} rows and ${files.length} files have this in common: more than one recording can have`),
    );
  }
  const names = new Set(files.map((file) => baseName(file.path)));
  if (names.size < files.length) return ambiguous(rows, files, rule, candidatesOf(rows, files));
  const status: ReconciliationStatus = rows.length > 1 ? 'shared-audio' : files.length > 1 ? 'split-audio' : 'matched';
  return [
    { rows, files, status, rule: rows.length + files.length > 2 ? `${rule}; rows: ${rows.length}, files: ${files.length}` : rule, findings: [] },
  ];
}

/** A row and a file belong together where the one's path is the end of the other's, the longest such path first. */
function settleByPath(
  rows: readonly KeyedRow[],
  files: readonly StagedFile[],
  rowPath: (row: KeyedRow) => readonly string[],
  filePath: (file: StagedFile) => readonly string[],
  same: (text: string) => string,
  rule: string,
): readonly Settled[] {
  const whole = new Map<string, StagedFile[]>();
  const endingIn = new Map<string, StagedFile[]>();
  for (const file of files) {
    const parts = filePath(file);
    append(whole, parts.join('/'), file);
    for (let from = 0; from < parts.length; from++) append(endingIn, parts.slice(from).join('/'), file);
  }
  const rowsOf = new Map<StagedFile, KeyedRow[]>();
  const filesOf = new Map<KeyedRow, readonly StagedFile[]>();
  for (const row of rows) {
    const parts = rowPath(row);
    let found: readonly StagedFile[] = endingIn.get(parts.join('/')) ?? [];
    for (let from = 1; found.length === 0 && from < parts.length; from++) found = whole.get(parts.slice(from).join('/')) ?? [];
    if (found.length > 1) {
      const agreeing = found.map((file) => commonTail(parts, same(file.path)));
      const most = Math.max(...agreeing);
      const closest = found.filter((_, index) => agreeing[index] === most);
      if (closest.length === 1) found = closest;
    }
    filesOf.set(row, found);
    for (const file of found.slice(0, filesPerRecording)) append(rowsOf, file, row);
  }
  const settled: Settled[] = [];
  const doubtfulFiles = new Set<StagedFile>();
  for (const row of rows) {
    const found = filesOf.get(row) ?? [];
    if (found.length === 0) settled.push({ alone: 'row', row });
    if (found.length > 1) {
      for (const file of found) doubtfulFiles.add(file);
      settled.push(doubtfulRow(row, rule, candidatesOf([row], found)));
    }
  }
  for (const file of files) {
    // Rows that this file alone answers to.
    const sure = (rowsOf.get(file) ?? []).filter((row) => filesOf.get(row)?.length === 1);
    if (sure.length > 0) settled.push(...settleTogether(sure, [file], rule));
    else if (doubtfulFiles.has(file)) settled.push(doubtfulFile(file, rule));
    else settled.push({ alone: 'file', file });
  }
  return settled;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Rows and files that may belong together, and nothing tells how: each is kept by itself. */
export function ambiguous(
  rows: readonly KeyedRow[],
  files: readonly StagedFile[],
  rule: string,
  about: (place: string) => Finding,
): readonly Settled[] {
  return [...rows.map((row) => doubtfulRow(row, rule, about)), ...files.map((file) => doubtfulFile(file, rule))];
}

function doubtfulRow(row: KeyedRow, rule: string, about: (place: string) => Finding): Gathered {
  return { rows: [row], files: [], status: 'ambiguous', rule, findings: [about(row.key)] };
}

function doubtfulFile(file: StagedFile, rule: string): Gathered {
  return { rows: [], files: [file], status: 'ambiguous', rule, findings: [] };
}

/** The finding for a row with several candidates: their places. */
export function candidatesOf(rows: readonly KeyedRow[], files: readonly Pick<StagedFile, 'path'>[]): (place: string) => Finding {
  const shown = files.slice(0, candidatesShown).map((file) => file.path);
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  const others = rows.length > 1 ? `, and ${rows.length} rows ask for them` : '';
  return (place) => finding('I169', place, `${files.length} ${files.length === 1 ? 'file fits' : 'files fit'}${others}: ${shown.join(', ')}${more}`);
}
