import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, NameValue, TimeValue } from '../../src/core/model/recording.ts';
import { resolveFoldByDuration } from '../../src/tables/values/time.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import { durationOf, eventOf, keysPressed, partyOf, timeOf } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import type { SpoolCall, TableCall } from './calls.ts';
import { spoolMedia } from './media.ts';
import { isCallId, spoolFile } from './names.ts';
import { folderTime, settledStart } from './times.ts';

/** Describes a call of the tables with its files, or files that no row names. Files that several calls may have written belong to none of them. */
export function describeCall({ calls, files, collides }: SpoolCall, context: Context): Described {
  const [call] = calls;
  if (call === undefined) {
    const told = describeFiles(files, context);
    if (!collides) return { ...told, records: [], status: 'audio-without-row' };
    return { ...told, records: [], status: 'ambiguous', findings: [...(told.findings ?? []), collision(told.key ?? '')] };
  }
  const key = call.key;
  const place = key ?? call.records[0]?.place ?? '';
  const media = spoolMedia(files, place);
  const told = describeRows(call, files, place, context);
  const parts = partsOf(call, context);
  const rtpParts = parts.filter(({ type }) => type === rtpType).length;
  const findings = [
    ...told.findings,
    ...media.findings,
    ...(collides ? [collision(place)] : []),
    ...(media.rtpPieces > 0 && rtpParts > media.rtpPieces
      ? [finding('I242', place, agree`${media.rtpPieces} piece[s] with RTP [is|are] in the source, and the table counts ${rtpParts}`)]
      : []),
  ];
  return {
    ...told,
    key,
    records: calls.flatMap(({ records }) => records),
    files: media.files,
    medium: media.medium,
    findings,
    extra: partPairs(parts),
    ...statusOf(calls.length, media.sounds, files, collides),
  };
}

function collision(place: string): Finding {
  return finding(
    'I240',
    place,
    'another call of the tables in the same minute has a Call-ID with the same name in the spool; the files were joined with neither',
  );
}

function statusOf(calls: number, sounds: number, files: readonly ClaimedFile[], collides: boolean): Pick<Described, 'status'> {
  if (files.length === 0) return collides ? { status: 'ambiguous' } : {};
  if (files.every(({ size }) => size === 0)) return {};
  if (sounds === 0) return { status: 'row-without-audio' };
  if (calls > 1) return { status: 'shared-audio' };
  return { status: sounds > 1 ? 'split-audio' : 'matched' };
}

/** Describes files without a table from their paths and the headers of their archives. */
export function describeFiles(files: readonly ClaimedFile[], context: Context): Described {
  const [first] = files;
  if (first === undefined) return { key: null };
  const { path } = first;
  const { above, sensor, began, call } = spoolFile(path);
  const seen = above.slice(path.length - context.below(path).length).replaceAll('!', '/');
  const key = [seen === '' ? sensor : seen, began, call].filter((part) => part !== null).join(' ');
  const media = spoolMedia(files, key);
  const settled = settledStart(folderTime(began, context.zone), momentsOf(files, context), key);
  return {
    key,
    sourceKeys: [{ name: 'spool-name', value: call }],
    correlation: isCallId(call) ? [{ name: 'sip-call-id', value: call }] : [],
    callStart: settled.start,
    org: sensor === null ? [] : [{ name: 'sensor', value: sensor }],
    files: media.files,
    medium: media.medium,
    findings: [...settled.findings, ...media.findings],
  };
}

/** Returns moments in epoch ms, without duplicates: for each file of a call, archives record a second. */
function momentsOf(files: readonly ClaimedFile[], context: Context): readonly number[] {
  const moments = files.flatMap(({ path }) => (spoolFile(path).inArchive ? (context.modifiedMs(path) ?? []) : []));
  return [...new Set(moments.map((ms) => Math.floor(ms / 1_000) * 1_000))].sort((a, b) => a - b);
}

/** Describes a call from its rows; of several versions of a row, the first counts. */
function describeRows(
  { records, callId }: TableCall,
  files: readonly ClaimedFile[],
  place: string,
  context: Context,
): Pick<
  Described,
  'sourceKeys' | 'correlation' | 'callStart' | 'callEnd' | 'durationDeclared' | 'parties' | 'events' | 'tags' | 'org' | 'quality'
> & { readonly findings: readonly Finding[] } {
  const { zone } = context;
  const take = (column: string): string | null => {
    const values = records.map((record) => record.peek([column]));
    const value = values.find((each) => each !== null) ?? null;
    // A differing value stays in its record.
    for (const [index, record] of records.entries()) if (values[index] === value) record.take([column]);
    return value;
  };
  const pairs = (names: Readonly<Record<string, string>>): NameValue[] =>
    Object.entries(names).flatMap(([name, column]) => {
      const value = take(column);
      return value === null ? [] : [{ name, value }];
    });
  const lead = records.find(({ shape }) => shape === 'cdr') ?? records[0];
  const timeIn = (column: string): TimeValue | null => (lead === undefined ? null : timeOf(lead, column, { format: 'iso', zone }));
  const settled = settledStart(timeIn('calldate'), momentsOf(files, context), place);
  take('calldate');
  const durationDeclared = lead === undefined ? null : durationOf(lead, 'duration', 's');
  const { start, end } = withEnd(settled.start, timeIn('callend'), durationDeclared?.ms ?? null);
  const versions = records.filter(({ shape }) => shape === 'cdr').length;
  const spoolName = files[0] === undefined ? [] : [{ name: 'spool-name', value: spoolFile(files[0].path).call }];
  const numbers = [...pairs({ 'cdr.ID': 'ID' }), ...pairs({ 'cdr.ID': 'cdr_ID' })];
  take('fbasename');
  return {
    sourceKeys: [...numbers.slice(0, 1), ...spoolName],
    correlation: [...(callId === null ? [] : [{ name: 'sip-call-id', value: callId }]), ...pairs({ 'match-header': 'match_header' })],
    callStart: start,
    callEnd: end,
    durationDeclared,
    parties: [
      partyOf('caller', { phone: take('caller'), name: take('callername') }),
      partyOf('callee', { phone: take('called'), name: take('calledname') }),
    ].filter((party) => party !== null),
    events: [...holdsOf(take, files), ...hangUp(take('whohanged'), end), ...keysPressed(records)],
    tags: pairs({ custom_header1: 'custom_header1' }),
    org: pairs({ sensor: 'id_sensor' }),
    quality: pairs({ 'sip-response': 'lastSIPresponseNum', 'loss-per-mille': 'loss_mult1000' }),
    findings: [...settled.findings, ...(versions > 1 ? [finding('I204', place, agree`${versions} row[s] of cdr; the first is used`)] : [])],
  };
}

/** Determines the end, which has no moment of its own, from the duration and the offset of the start, if they agree. */
function withEnd(
  start: TimeValue | null,
  end: TimeValue | null,
  lengthMs: number | null,
): { readonly start: TimeValue | null; readonly end: TimeValue | null } {
  if (start === null || end === null || lengthMs === null) return { start, end };
  if (end.utc === null && end.candidates.length === 0 && start.utc !== null && start.local !== null && end.local !== null) {
    const byClockMs = Date.parse(`${end.local}Z`) - Date.parse(`${start.local}Z`);
    if (Math.abs(byClockMs - lengthMs) > 2_000) return { start, end };
    const utc = new Date(Date.parse(start.utc) + byClockMs).toISOString();
    return { start, end: { ...end, utc, offsetMin: start.offsetMin, basis: start.basis, certainty: start.certainty, candidates: [] } };
  }
  return resolveFoldByDuration(start, end, lengthMs);
}

/**
 * Parses `hold`, which lists seconds of the call: at `+` the call is put on hold, at `-` it is resumed. The sniffer fills the audio of a hold with silence;
 * packets have a gap.
 */
function holdsOf(take: (column: string) => string | null, files: readonly ClaimedFile[]): CallEvent[] {
  const raw = take('hold');
  if (raw === null) return [];
  const written = /^\s*[+-]\d{1,9}(?:\.\d{1,6})?(?:[\s,;:|]*[+-]\d{1,9}(?:\.\d{1,6})?)*\s*$/.test(raw);
  if (!written) return [eventOf('tag', `hold ${raw}`)];
  const heard = files.some(({ path }) => spoolFile(path).kind === 'AUDIO');
  return [...raw.matchAll(/([+-])(\d+(?:\.\d+)?)/g)].map(([text, sign, seconds]) => {
    const callOffsetMs = Math.round(Number(seconds) * 1_000);
    return eventOf(sign === '+' ? 'hold' : 'retrieve', text, {
      callOffsetMs,
      ...(heard ? { mediaOffsetMs: callOffsetMs, mediaEffect: 'silence' } : {}),
    });
  });
}

function hangUp(who: string | null, end: TimeValue | null): CallEvent[] {
  return who === null ? [] : [eventOf('disconnect', who, { at: end, mediaEffect: 'none' })];
}

const rtpType = '2';

interface TarPart {
  readonly type: string;
  readonly pos: string;
}

/** Returns where a call's files are in their archives, according to the table. */
function partsOf({ id, calldate }: TableCall, context: Context): readonly TarPart[] {
  if (id === null) return [];
  return context
    .details('cdr_tar_part', id)
    .filter((record) => calldate === null || (record.peek(['calldate']) ?? calldate) === calldate)
    .map((record) => ({ type: record.peek(['type']) ?? '', pos: record.peek(['pos']) ?? '' }));
}

function partPairs(parts: readonly TarPart[]): NameValue[] {
  return [...new Set(parts.map(({ type }) => type))].map((type) => ({
    name: `cdr_tar_part.pos of type ${type}`,
    value: parts
      .filter((part) => part.type === type)
      .map(({ pos }) => pos)
      .join(' '),
  }));
}
