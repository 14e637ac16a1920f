import { sha256Hex } from '../../core/base/identifier.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { ErasureMarks } from '../../log/keys/erasure-marks.ts';
import type { TableChain } from '../../pipeline/keep/erase-rows.ts';
import type { KeptRow, OutsidePlace } from '../../tables/keep/kept-row.ts';
import { allKeys, asciiOf, isKey, keysOf, rowTokens } from '../request/row-keys.ts';
import { namedValues } from './named-values.ts';

/** Traces that identify the rows of kept tables to be erased. */
export interface RowTraces {
  /** Request ids by SHA-256 of the text of a row. */
  readonly digests: Map<string, string>;
  /** Request ids by a key of the recorder that no other recording has. */
  readonly keys: Map<string, string>;
  /** Request ids by path in the source and number of a row, each with the text of the rows of its recording. */
  readonly places: Map<string, { readonly request: string; readonly text: string }>;
  /** SHA-256 of the texts of rows that stay, whatever they belong to, because something protects them. */
  readonly stays: Set<string>;
  /** Keys that other things may have as well, e.g. `7`, with the path of the table and the name under which the row of the recording has them (`namedKey`). */
  readonly named: Set<string>;
}

/** Creates empty traces. */
export function createTraces(): RowTraces {
  return { digests: new Map(), keys: new Map(), places: new Map(), stays: new Set(), named: new Set() };
}

function namedKey(path: string, name: string, value: string): string {
  return `${path}\0${name}\0${value}`;
}

/**
 * Adds the rows that a document of an erased recording refers to.
 * @param text text of the recording's files with rows
 */
export function traceRows(traces: RowTraces, document: Pick<RecordingDocument, 'recording'>, text: string, request: string): void {
  const { recording } = document;
  for (const { provenance } of [recording, ...(recording.accounts ?? [])])
    for (const { kind, path, row, sha256 } of provenance) {
      if (kind !== 'row' || sha256 === null) continue;
      traces.digests.set(sha256, request);
      if (row !== null) traces.places.set(`${path}:${row}`, { request, text: asciiOf(text) });
    }
  const strong = new Set(keysOf(document));
  for (const key of strong) traces.keys.set(key, request);
  const weak = new Set(allKeys(document).filter((key) => !strong.has(key)));
  if (weak.size === 0) return;
  const paths = new Set([recording, ...(recording.accounts ?? [])].flatMap(({ provenance }) => provenance.map(({ path }) => path)));
  for (const { name, value } of namedValues(text)) if (weak.has(value)) for (const path of paths) traces.named.add(namedKey(path, name, value));
}

/** Tools for judging rows. */
export interface RowJudgeTools {
  readonly marks: ErasureMarks;
  /** Request ids by mark of a row that was erased before. */
  readonly erased: ReadonlyMap<string, string>;
  /** Returns true if a recording that is not erased has this key. */
  readonly isOfAnother: (key: string) => boolean;
}

/**
 * A decision about a row. `erase`: the row is erased on a request; `ask`: it names an erased call and another one; `perhaps`: it is outside of the records, and
 * has a key of an erased call that other things may have as well.
 */
export type RowDecision =
  | { readonly decision: 'erase'; readonly request: string; readonly sha256: string }
  | { readonly decision: 'ask' | 'perhaps' }
  | null;

/** Decides whether a row of a table is erased; returns null if it stays. */
export function judgeRow(traces: RowTraces, { table, number, raws, outside }: KeptRow, chain: TableChain, tools: RowJudgeTools): RowDecision {
  const digests = raws.map(sha256Hex);
  const [own = ''] = digests;
  for (const digest of digests) {
    const asked = traces.stays.has(digest) ? undefined : traces.digests.get(digest);
    const request = asked ?? (tools.erased.size > 0 ? tools.erased.get(tools.marks.ofRow(digest)) : undefined);
    if (request !== undefined) return { decision: 'erase', request, sha256: digest };
  }
  if (digests.some((digest) => traces.stays.has(digest))) return null;
  const [raw = ''] = raws;
  // A table with a declared encoding is read here without that declaration: letters beyond ASCII may differ.
  const path = chain[0]?.table.source.path ?? '';
  const place = traces.places.get(`${path}:${number}`) ?? (table === '' ? undefined : traces.places.get(`${path}:${table}:${number}`));
  if (place !== undefined && /[^\u0000-\u007f]/.test(raw) && place.text.includes(asciiOf(raw)))
    return { decision: 'erase', request: place.request, sha256: own };
  // What is inside of a row is judged with it, except for rows.
  if (outside?.kind === 'name' || (outside?.kind === 'value' && outside.inRow)) return null;
  const judged = judgeKeys(traces, raw, outside, tools);
  if (judged !== null) return judged === 'ask' ? { decision: judged } : { decision: 'erase', request: judged.request, sha256: own };
  return outside !== undefined && hasNamed(traces, path, raw, outside) ? { decision: 'perhaps' } : null;
}

/** Judges a row by the keys in it. */
function judgeKeys(
  traces: RowTraces,
  raw: string,
  outside: OutsidePlace | undefined,
  tools: RowJudgeTools,
): { readonly request: string } | 'ask' | null {
  if (traces.keys.size === 0) return null;
  let request: string | undefined;
  const others: string[] = [];
  for (const [token] of raw.matchAll(rowTokens)) {
    const found = traces.keys.get(token);
    if (found !== undefined) request ??= found;
    else if (isKey(token)) others.push(token);
  }
  if (request === undefined) return null;
  // A value of a container is not the whole of what its container says about the call.
  if (outside?.kind !== 'value' && !others.some(tools.isOfAnother)) return { request };
  // The rows inside are judged by themselves.
  const isOwn = outside === undefined || [...outside.own.matchAll(rowTokens)].some(([token]) => traces.keys.has(token));
  return isOwn ? 'ask' : null;
}

/** Returns true if a place outside of the records has a key of an erased recording under the same name as its row. */
function hasNamed({ named }: RowTraces, path: string, raw: string, { kind, own }: OutsidePlace): boolean {
  if (named.size === 0) return false;
  // The path before the text of a value ends with the name of its member or attribute.
  const attribute = kind === 'value' ? /@([^\s@]+) ([\s\S]*)$/.exec(raw) : null;
  if (attribute !== null) return named.has(namedKey(path, attribute[1] ?? '', attribute[2] ?? ''));
  for (const { name, value } of namedValues(own)) if (named.has(namedKey(path, name, value))) return true;
  return false;
}
