import { isCallingSide } from '../../core/model/calling-side.ts';
import { csvTable } from '../../report/calls/csv.ts';
import { addressText, type CaseMessage } from '../messages/message.ts';
import type { Gap, Outside } from '../timeline/gaps.ts';
import type { Timeline, TimelineRow } from '../timeline/timeline.ts';
import { type CustodyEntry, custodyWords } from './custody.ts';

/** Formats a time for tables: UTC, both readings, or a local clock. */
export function whenText({ time, at }: Pick<TimelineRow, 'time' | 'at'>): string {
  if (at !== null) return at;
  return time.local === null ? '' : time.local;
}

/** Returns the caller or sender, and the other participants; each person is named once. */
export function sidesText({ parties, direction }: Pick<TimelineRow, 'parties' | 'direction'>): { readonly from: string; readonly to: string } {
  const labels = (calls: boolean): string => {
    const own = parties.filter(({ role }) => isCallingSide(role, direction) === calls).map(({ label }) => label);
    return [...new Set(own)].filter((label) => label !== '').join(', ');
  };
  return { from: labels(true), to: labels(false) };
}

/** Returns `timeline.csv`, with every row of a timeline. */
export function timelineCsv({ placed, local, undated }: Timeline): string {
  const names = [
    'key',
    'kind',
    'start',
    'certainty',
    'reading',
    'otherReadings',
    'localTime',
    'lengthMs',
    'lengthOf',
    'system',
    'direction',
    'from',
    'others',
    'status',
    'sound',
    'overlapsWith',
    'text',
    'decided',
  ];
  return csvTable(
    names,
    [...placed, ...local, ...undated].map((row) => [
      row.key,
      row.kind,
      whenText(row),
      row.time.placement,
      row.reading,
      row.time.candidates.join(' or '),
      row.clock,
      row.lengthMs,
      row.lengthOf,
      row.system,
      row.direction,
      sidesText(row).from,
      sidesText(row).to,
      row.status,
      row.kind === 'message' ? null : row.hasAudio ? 'yes' : 'no',
      row.overlaps.map((one) => `${one.with}${one.certain ? '' : ' (perhaps)'}`).join(' '),
      row.text,
      (row.decided ?? []).join('; '),
    ]),
  );
}

/** Returns `outside.csv`: periods of which recordings exist in the archive, but not in the case. */
export function outsideCsv(outside: readonly Outside[]): string {
  return csvTable(
    ['from', 'to', 'lengthMs', 'parties', 'evidence', 'entry', 'recordings'],
    outside.map(({ from, to, parties, evidence, entry, recordings }) => [
      from,
      to,
      Date.parse(to) - Date.parse(from),
      parties.join(', '),
      evidence,
      entry,
      recordings.join(' '),
    ]),
  );
}

/** Returns `gaps.csv`: periods of calls without a recording. */
export function gapsCsv(gaps: readonly Gap[]): string {
  return csvTable(
    ['from', 'to', 'lengthMs', 'parties', 'evidence', 'why', 'entry', 'sureness', 'system'],
    gaps.map((gap) => [
      gap.from,
      gap.to,
      Date.parse(gap.to) - Date.parse(gap.from),
      gap.parties.join(', '),
      gap.evidence,
      gap.why,
      gap.entry,
      gap.sureness,
      gap.system,
    ]),
  );
}

/** Returns `messages.csv`, one row per message. */
export function messagesCsv(messages: Iterable<{ readonly set: number; readonly message: CaseMessage }>): string {
  const rows = [...messages].map(({ set, message }) => [
    `m${set}-${message.number}`,
    message.time?.utc ?? message.time?.candidates.join(' or ') ?? '',
    message.time?.certainty ?? 'none',
    message.channel,
    message.from === null ? '' : addressText(message.from),
    message.to.map(addressText).join('; '),
    message.subject ?? '',
    message.text,
    message.attachments.length,
  ]);
  return csvTable(['key', 'time', 'certainty', 'channel', 'from', 'to', 'subject', 'text', 'attachments'], rows);
}

/** Returns `custody.csv`, one row per entry of the chain of custody. */
export function custodyCsv(entries: readonly CustodyEntry[]): string {
  return csvTable(
    ['seq', 'time', 'type', 'about', 'words'],
    entries.map((entry) => [entry.seq, entry.time, entry.type, entry.about, custodyWords(entry)]),
  );
}
