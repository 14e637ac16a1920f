import { setImmediate as turn } from 'node:timers/promises';
import { byCodePoint } from '../../core/base/order.ts';
import type { Finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { tryRecording, unreadFinding } from '../../pipeline/open/query.ts';
import type { KnownParties } from '../person/known-parties.ts';
import { readable, type SearchedArchive } from '../store/searched-archive.ts';
import { recordingEntry, type TimelineEntry } from './entry.ts';
import { gapsOf } from './gaps.ts';
import { type Interval, merged } from './intervals.ts';

/** Recordings outside a case that the archive has and that were in progress during gaps of the case. */
export interface OutsideFound {
  readonly entries: readonly TimelineEntry[];
  /** Number of periods that were not searched, because there are too many of them or too many calls in them. */
  readonly notLooked: number;
  /** Knowledge about parties, and systems that record the same lines. */
  readonly known: Pick<KnownParties, 'lines' | 'sharedNames'>;
  /** Findings about unreadable documents. */
  readonly findings: readonly Finding[];
}

/** Limits per case: catalog queries and, below, recordings per answer and documents read. */
const mostQuestions = 1_000;
const mostOfOne = 500;
const mostDocuments = 3_000;
/** A call may have begun this long before the period that it covers. Clocks without a zone are ignored. */
const longestMs = 6 * 3_600_000;

/**
 * Searches the archive for recordings of persons in the periods of their gaps.
 * @param entries entries of the case
 * @param shown returns the document as it may be shown, masked if required; null: it must not be shown
 */
export async function findOutside(
  searched: SearchedArchive,
  entries: readonly TimelineEntry[],
  known: KnownParties,
  signal: AbortSignal,
  shown: (document: RecordingDocument) => RecordingDocument | null = (document) => document,
): Promise<OutsideFound> {
  const { archive, catalog } = searched;
  const inside = new Set(entries.map(({ key }) => key));
  const spans = new Map<string, Interval[]>();
  for (const { keys, startMs, endMs } of gapsOf(entries, [], known).asked)
    for (const key of keys) spans.set(key, [...(spans.get(key) ?? []), { startMs: startMs - longestMs, endMs: endMs + 1 }]);
  const looked = new Set<string>();
  const found: TimelineEntry[] = [];
  const findings: Finding[] = [];
  let [questions, notLooked] = [0, 0];
  for (const [key, all] of [...spans].sort(([a], [b]) => byCodePoint(a, b))) {
    for (const { startMs, endMs } of merged(all)) {
      for (const text of wordsFor(key, known)) {
        await turn();
        signal.throwIfAborted();
        if (questions >= mostQuestions || looked.size >= mostDocuments) {
          notLooked++;
          continue;
        }
        questions++;
        const rows = [...catalog.search({ text, from: isoOf(startMs), to: isoOf(endMs), limit: mostOfOne + 1 })];
        if (rows.length > mostOfOne) notLooked++;
        const fresh = rows
          .slice(0, mostOfOne)
          .filter(({ recordingId, durationMs }) => !inside.has(recordingId) && !looked.has(recordingId) && durationMs !== null);
        for await (const row of readable(searched, fresh)) {
          looked.add(row.recordingId);
          await turn();
          const here = tryRecording(archive.dir, row);
          const seen = 'refused' in here ? null : shown(here.document);
          if (seen !== null) found.push(recordingEntry(seen, known));
          else if ('refused' in here && here.refused !== null) findings.push(unreadFinding(row, here, 'the timeline continues without it'));
        }
      }
    }
  }
  return { entries: found, notLooked, known, findings };
}

/** Returns the search words for a key, e.g. for `tel 46701740605`, `name anna berg`, `id 4711`. */
function wordsFor(key: string, { country, textsOf }: KnownParties): readonly string[] {
  const known = textsOf(key);
  if (known.length > 0) return known.map((text) => text.replace(/["*]/g, ' '));
  const at = key.indexOf(' ');
  const [kind, value] = [key.slice(0, at), key.slice(at + 1)];
  if (kind !== 'tel') return /[\p{L}\p{N}]/u.test(value) ? [value.replace(/["*]/g, ' ')] : [];
  return country !== null && value.startsWith(country) ? [`+${value}`, `0${value.slice(country.length)}`] : [`+${value}`];
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}
