import { sha256Hex } from '../core/base/identifier.ts';
import type { RecordingDocument } from '../core/model/recording-document.ts';
import type { ErasureMarks } from '../log/keys/erasure-marks.ts';
import type { TableChain } from '../pipeline/keep/erase-rows.ts';
import type { KeptRow } from '../tables/keep/row-replacements.ts';

/** What identifies the rows of kept tables that are to be erased. */
export interface RowTraces {
  /** Requests, by SHA-256 of the text of a row. */
  readonly digests: Map<string, string>;
  /** Requests, by a key of the recorder that no other recording has. */
  readonly keys: Map<string, string>;
  /** Requests, by path in the source and number of a row, with the text of the rows of its recording. */
  readonly places: Map<string, { readonly request: string; readonly text: string }>;
}

/** Creates empty traces. */
export function createTraces(): RowTraces {
  return { digests: new Map(), keys: new Map(), places: new Map() };
}

/** Texts that identify a call by themselves: long enough, and with a digit. */
const identifying = /^(?=\D*\d)\S{8,200}$/;
/** What may be such a text in a row. */
const tokens = /[A-Za-z0-9][\w.:@+-]{6,198}[A-Za-z0-9]/g;
/** Numbers and times identify no call. */
const common = /^(?:\+?\d{1,15}|\d{4}-\d\d-\d\d\S*)$/;

/** Returns the keys of a recording that identify its rows. */
export function keysOf({ recording }: Pick<RecordingDocument, 'recording'>): string[] {
  const said = [recording, ...(recording.accounts ?? [])];
  const keys = said.flatMap(({ key, sourceKeys }) => [key, ...sourceKeys.map(({ value }) => value)]);
  // As `tokens` finds them in a row: without brackets and quotes around them.
  const bare = keys.map((key) => key.replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, ''));
  return [...new Set(bare)].filter((key) => identifying.test(key) && !common.test(key));
}

/**
 * Adds what a document of an erased recording says about rows.
 * @param text of its files with rows
 */
export function traceRows(traces: RowTraces, document: Pick<RecordingDocument, 'recording'>, text: string, request: string): void {
  const { recording } = document;
  for (const { provenance } of [recording, ...(recording.accounts ?? [])])
    for (const { kind, path, row, sha256 } of provenance) {
      if (kind !== 'row' || sha256 === null) continue;
      traces.digests.set(sha256, request);
      if (row !== null) traces.places.set(`${path}:${row}`, { request, text: asciiOf(text) });
    }
  for (const key of keysOf(document)) traces.keys.set(key, request);
}

function asciiOf(text: string): string {
  return text.replaceAll(/[^\u0000-\u007f]+/g, '');
}

/** What judging rows needs. */
export interface RowJudgeTools {
  readonly marks: ErasureMarks;
  /** Requests, by mark of a row that was erased before. */
  readonly erased: ReadonlyMap<string, string>;
  /** Returns true if a recording that stays has this key. */
  readonly isOfAnother: (key: string) => boolean;
}

/** A decision about a row: `erase` it on a request, or `ask`, because it names an erased call and another one. */
export type RowDecision = { readonly decision: 'erase'; readonly request: string; readonly sha256: string } | { readonly decision: 'ask' } | null;

/** Decides about a row of a table; null: it stays. */
export function judgeRow(traces: RowTraces, { table, number, raws }: KeptRow, chain: TableChain, tools: RowJudgeTools): RowDecision {
  const digests = raws.map(sha256Hex);
  const [own = ''] = digests;
  for (const digest of digests) {
    const request = traces.digests.get(digest) ?? (tools.erased.size > 0 ? tools.erased.get(tools.marks.ofRow(digest)) : undefined);
    if (request !== undefined) return { decision: 'erase', request, sha256: digest };
  }
  const [raw = ''] = raws;
  // A table in a declared encoding is read here without the declaration: letters beyond ASCII may differ.
  const path = chain[0]?.table.source.path ?? '';
  const place = traces.places.get(`${path}:${number}`) ?? (table === '' ? undefined : traces.places.get(`${path}:${table}:${number}`));
  if (place !== undefined && /[^\u0000-\u007f]/.test(raw) && place.text.includes(asciiOf(raw)))
    return { decision: 'erase', request: place.request, sha256: own };
  if (traces.keys.size === 0) return null;
  let request: string | undefined;
  const others: string[] = [];
  for (const [token] of raw.matchAll(tokens)) {
    const found = traces.keys.get(token);
    if (found !== undefined) request ??= found;
    else if (identifying.test(token) && !common.test(token)) others.push(token);
  }
  if (request === undefined) return null;
  return others.some(tools.isOfAnother) ? { decision: 'ask' } : { decision: 'erase', request, sha256: own };
}
