import { agree } from '../../src/core/base/agree.ts';
import { baseName, foldedName } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { NameValue, Party, ReconciliationStatus, Recording, SourceRef, TimeValue } from '../../src/core/model/recording.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { provenanceOf } from '../engine/join/recordings.ts';
import type { Described } from '../engine/records/described.ts';
import { withCuts } from './appended.ts';
import { celEvent, celTime, type PlannedFile, plannedByCel, recordsBridgedOnly } from './cel.ts';
import type { CallRow } from './duplicates.ts';
import type { SortedMedia } from './media.ts';
import { type AudioName, isEmptyAudio, parseAudioName, withoutExtension } from './names.ts';
import { nameTime, type RowTimes, rowTimes, settleAfter } from './times.ts';

/** All facts about one call or conference. */
export interface AsteriskCall {
  readonly key: string;
  /** linkedids (or uniqueids) of its calls; if there is more than one, they share their audio. */
  readonly ids: readonly string[];
  /** CDR rows without duplicates, legs in order. */
  readonly rows: readonly CallRow[];
  /** Rows of another table that describe the same leg in other words. */
  readonly also: readonly CallRow[];
  readonly events: readonly CallRow[];
  readonly media: SortedMedia;
  /** Files that were to be written according to rows and events. */
  readonly planned: readonly PlannedFile[];
  /** Number of files that may belong to it and that it did not get, because more than one call or file matches. */
  readonly doubted: number;
  /** Number of its calls; all rows and events of one call have the same linkedid. */
  readonly calls: number;
  readonly findings: readonly Finding[];
}

type Fields = ReadonlyMap<string, string>;

/** Columns that have a field of their own in a recording; all other columns are kept in `extra`. */
const placed = new Set(
  'src dst clid start answer end duration accountcode peeraccount uniqueid linkedid recordingfile userfield cnam dst_cnam'.split(' '),
);
/** Destinations that are names in the dial plan and not numbers (asterisk, special extensions). */
const specialExtensions = new Set(['', 's', 'h', 'i', 't', 'o', 'a', 'e']);

/** Describes a call whose rows or events are known. */
export function describeCall(call: AsteriskCall, zone: string | null): Described {
  const legs = call.rows.map((row): Fields => new Map(row.pairs));
  const events = call.events.map((row): Fields => new Map(row.pairs));
  const primary = primaryOf(legs, call.ids);
  const times = primary === null ? null : rowTimes(primary, zone, call.key);
  const [first] = call.media.files;
  const name = first === undefined ? null : parseAudioName(first.path);
  const callStart = times?.start ?? (events[0] === undefined ? null : celTime(events[0], zone));
  const duration = primary?.get('duration') ?? '';
  return {
    key: call.key,
    sourceKeys: sourceKeysOf(call, legs, events),
    correlation: call.ids.map((value) => ({ name: 'linkedid', value })),
    callStart,
    callAnswer: times?.answer ?? null,
    callEnd: times === null ? null : lastEnd(times, primary, legs, zone),
    durationDeclared: /^\d+(\.\d+)?$/.test(duration) ? { ms: Math.round(Number(duration) * 1000), raw: duration, unit: 's' } : null,
    direction: directionOfCall(call, primary, name),
    parties: partiesOf(primary, legs),
    org: [...valuesOf(legs, 'accountcode'), ...valuesOf(legs, 'peeraccount'), ...orgOf(name)],
    files: call.media.files,
    medium: ({ path }) => ({ audioStart: audioStartOf(path, events, callStart, zone) }),
    events: withCuts(
      events.map((fields, index) => celEvent(fields, call.events[index]?.raw ?? '', zone)),
      events,
      callStart,
    ),
    tags: valuesOf(legs, 'userfield'),
    extra: extraOf(legs),
    ...reconcile(call, primary),
    reportsDoubts: true,
    isWhole: true,
    provenance: [...[...call.rows, ...call.also].map(provenanceOf), ...call.media.files.map(nameRef)],
    findings: [...call.findings, ...(times?.findings ?? []), ...mediaFindings(call)],
  };
}

/** Describes audio that no row or event names, from its file name alone. */
export function namedRecording(key: string, media: SortedMedia, status: ReconciliationStatus, rule: string, zone: string | null): Described {
  const names = media.files.map((file) => parseAudioName(file.path));
  const name = names.find((candidate) => candidate.stamp !== null) ?? names[0] ?? null;
  const id = name?.uniqueid ?? name?.idCore ?? null;
  const start = name?.stamp == null ? null : nameTime(name.stamp, id, zone);
  return {
    key,
    sourceKeys: [
      ...(id === null ? [] : [{ name: 'uniqueid', value: id }]),
      ...media.files.map((file) => ({ name: 'file', value: baseName(file.path) })),
    ],
    callStart: start,
    direction: directionOf(name),
    parties: name === null ? [] : [...partyOf('caller', name.source, null, null), ...partyOf('callee', name.destination, null, null)],
    org: orgOf(name),
    files: media.files,
    medium: () => ({ audioStart: start }),
    status,
    rule,
    reportsDoubts: true,
    provenance: media.files.map(nameRef),
    findings: mediaFindings({ key, media, planned: [], doubted: 0 }),
  };
}

/** Returns the status that follows from a call's files, and the rule by which they were joined. */
function reconcile({ media, rows, doubted, calls, planned }: AsteriskCall, primary: Fields | null): Recording['reconciliation'] {
  const { files } = media;
  if (files.length === 0) {
    if (doubted > 0)
      return {
        status: 'ambiguous',
        rule: agree`${doubted} file[s] [matches|match] equally well, or [matches|match] other calls too; none was joined`,
      };
    const disposition = `disposition ${primary?.get('disposition') || 'unknown'}`;
    return {
      status: 'row-without-audio',
      rule: `${disposition}; ${planned.length > 0 ? 'the file it names is not in the source' : 'no row names a file'}`,
    };
  }
  const by = [...new Set(files.flatMap((file) => file.by))].join('; ');
  if (media.empty === files.length) return { status: 'zero-audio', rule: `${by}; every file is a header without audio` };
  if (rows.length === 0) return { status: 'audio-without-row', rule: `named by CEL events and by no CDR row; ${by}` };
  if (media.differing.length > 0) return { status: 'ambiguous', rule: `${by}; files with the same name differ` };
  if (calls > 1) return { status: 'shared-audio', rule: agree`${calls} call[s], one recording; ${by}` };
  if (media.split) return { status: 'split-audio', rule: agree`${files.length} file[s]; ${by}` };
  return { status: files.every((file) => file.window) ? 'matched-by-window' : 'matched', rule: by };
}

function mediaFindings({ key, media, planned, doubted }: Pick<AsteriskCall, 'key' | 'media' | 'planned' | 'doubted'>): Finding[] {
  const found: Finding[] = [];
  const stems = new Set(media.files.flatMap((file) => [baseName(file.path), withoutExtension(baseName(file.path))].map(foldedName)));
  const certain = planned.filter((file) => file.certain);
  const missing = certain.filter(({ name }) => ![writtenName(name), withoutExtension(writtenName(name))].some((each) => stems.has(foldedName(each))));
  const places = [...new Set(missing.map(({ by }) => by))].join(' and ');
  if (missing.length > 0)
    found.push(finding('I101', key, agree`${missing.length} of ${certain.length} file[s] named by ${places}: not in the source`));
  if (media.differing.length > 0)
    found.push(finding('I103', key, `${media.differing.length} file names occur in several folders with different bytes`));
  if (media.empty > 0) found.push(finding('I105', key, agree`${media.empty} of ${media.files.length} file[s]: a header and no audio`));
  if (doubted > 0) found.push(finding('I106', key, agree`${doubted} file[s] may be its audio; nothing shows which, so none was joined`));
  if (media.otherExtensions > 0)
    found.push(finding('I111', key, agree`${media.otherExtensions} file[s] [has|have] the name of another file with a different extension`));
  return found;
}

/** Returns the caller's own leg: the first row of the channel that the linkedid names; of several calls, the leg of the call that starts first. */
function primaryOf(legs: readonly Fields[], ids: readonly string[]): Fields | null {
  const own = legs.filter((leg) => ids.includes(leg.get('uniqueid') ?? ''));
  const firsts = new Map<string, Fields>();
  for (const leg of own.length > 0 ? own : legs) {
    const call = leg.get('linkedid') || leg.get('uniqueid') || '';
    if (!firsts.has(call)) firsts.set(call, leg);
  }
  return [...firsts.values()].reduce<Fields | null>((a, b) => (a === null || (b.get('start') ?? '') < (a.get('start') ?? '') ? b : a), null);
}

/**
 * Returns the latest end of all legs if UTC is known, otherwise the end of the caller's leg. An end that uses the offset of another row is assumed, not exact.
 */
function lastEnd(times: RowTimes, primary: Fields | null, legs: readonly Fields[], zone: string | null): TimeValue | null {
  const { start } = times;
  let last = times.end;
  for (const leg of legs) {
    if (leg === primary) continue;
    const own = rowTimes(leg, zone, '');
    if (own.end === null) continue;
    let end = own.end;
    if (end.utc === null && start?.utc != null && start.local !== null && own.start?.local != null && own.start.local >= start.local) {
      const elapsed = Date.parse(`${own.start.local}Z`) - Date.parse(`${start.local}Z`) + Number(leg.get('duration') ?? 0) * 1000;
      end = { ...settleAfter(end, start, elapsed), certainty: 'assumed' };
    }
    if (last === null || (last.utc !== null && end.utc !== null ? end.utc > last.utc : last.utc === null && (end.local ?? '') > (last.local ?? '')))
      last = end;
  }
  return last;
}

/** Returns when a file's audio begins: MixMonitor's start in CEL (or the bridge it waits for), otherwise the time in the file's name. */
function audioStartOf(path: string, events: readonly Fields[], callStart: TimeValue | null, zone: string | null): TimeValue | null {
  const base = baseName(path);
  const same = (said: string): boolean => writtenName(said) === base || withoutExtension(writtenName(said)) === withoutExtension(base);
  const begun = events.findIndex((event) => plannedByCel(event).some((planned) => same(planned.name)));
  const begin = events[begun];
  if (begin !== undefined) {
    if (!recordsBridgedOnly(begin)) return celTime(begin, zone);
    const channel = begin.get('channame');
    const bridged = events.slice(begun).find((event) => event.get('eventtype') === 'BRIDGE_ENTER' && event.get('channame') === channel);
    return bridged === undefined ? null : celTime(bridged, zone);
  }
  const name = parseAudioName(path);
  if (name.stamp === null) return null;
  const value = nameTime(name.stamp, name.uniqueid, zone);
  if (value.utc !== null || callStart?.utc == null || callStart.local === null || value.local === null) return value;
  // The same local time a little later, within an hour, has the call's offset.
  const later = Date.parse(`${value.local}Z`) - Date.parse(`${callStart.local}Z`);
  return later >= 0 && later < 3_600_000 ? { ...settleAfter(value, callStart, later), certainty: 'assumed' } : value;
}

/**
 * Returns the direction by FreePBX's type; `external` is a call from a trunk to an extension (functions.inc.php, CALLTYPE). Queues and groups do not show the
 * direction.
 */
function directionOf(name: AudioName | null): Recording['direction'] {
  const type = name?.type ?? null;
  if (type === 'in' || type === 'external') return { value: 'inbound', raw: type };
  if (type === 'out') return { value: 'outbound', raw: type };
  return { value: type === 'internal' ? 'internal' : 'unknown', raw: type };
}

/**
 * Returns the direction if no file shows it: first by the names of the files that rows and events announced, if all that show a direction agree; then by what
 * FreePBX writes into the caller's own row: its inbound routes set `did`; its outbound routes set `outbound_cnum`, which no inbound route does (FreePBX/core,
 * functions.inc.php: `ext-did`, `macro-outbound-callerid`). Names of contexts are chosen by the operator and prove nothing.
 */
function directionOfCall({ planned, calls }: AsteriskCall, primary: Fields | null, name: AudioName | null): Recording['direction'] {
  const own = directionOf(name);
  if (own.value !== 'unknown') return own;
  const said = planned.map((file) => directionOf(parseAudioName(writtenName(file.name)))).filter(({ value }) => value !== 'unknown');
  const [first] = said;
  if (first !== undefined) return said.every(({ value }) => value === first.value) ? first : own;
  if (calls > 1) return own;
  if ((primary?.get('did') ?? '') !== '') return { value: 'inbound', raw: own.raw ?? 'did' };
  if ((primary?.get('outbound_cnum') ?? '') !== '') return { value: 'outbound', raw: own.raw ?? 'outbound_cnum' };
  return own;
}

function orgOf(name: AudioName | null): NameValue[] {
  if (name === null || name.destination === null) return [];
  if (name.type === 'q') return [{ name: 'queue', value: name.destination }];
  if (name.type === 'rg' || name.type === 'group') return [{ name: 'ring group', value: name.destination }];
  return name.type === 'conf' ? [{ name: 'conference', value: name.destination }] : [];
}

/** Returns the caller and destination of the primary leg, then everyone else whom other legs name. */
function partiesOf(primary: Fields | null, legs: readonly Fields[]): Party[] {
  const parties: Party[] = [];
  const seen = new Set<string>();
  const add = (role: 'caller' | 'callee' | 'unknown', number: string, name: string | null, device: string | null): void => {
    if (seen.has(number)) return;
    seen.add(number);
    parties.push(...partyOf(role, number, name, device));
  };
  for (const leg of primary === null ? legs : [primary, ...legs.filter((other) => other !== primary)]) {
    const main = leg === primary || leg.get('linkedid') !== primary?.get('linkedid');
    const src = leg.get('src') || leg.get('cnum') || '';
    const dst = leg.get('dst') ?? '';
    if (src !== '') add(main ? 'caller' : 'unknown', src, callerName(leg), leg.get('channel') || null);
    if (!specialExtensions.has(dst)) add(main ? 'callee' : 'unknown', dst, leg.get('dst_cnam') || null, leg.get('dstchannel') || null);
  }
  return parties;
}

function partyOf(role: 'caller' | 'callee' | 'unknown', number: string | null, name: string | null, device: string | null): Party[] {
  return number === null || number === '' ? [] : [{ role, phone: parsePhone(number), name, agentId: null, device }];
}

/** Returns the name in `"Name" <number>`; FreePBX also has it in a column of its own. */
function callerName(leg: Fields): string | null {
  const quoted = /^"(.*)"\s*(?:<[^<>]*>)?$/s.exec(leg.get('clid') ?? '')?.[1];
  return quoted || leg.get('cnam') || null;
}

function sourceKeysOf(call: AsteriskCall, legs: readonly Fields[], events: readonly Fields[]): NameValue[] {
  const keys = new Map<string, NameValue>();
  const add = (name: string, value: string): unknown => value !== '' && keys.set(`${name} ${value}`, { name, value });
  for (const row of [...legs, ...events]) add('uniqueid', row.get('uniqueid') ?? '');
  for (const leg of legs) add('recordingfile', leg.get('recordingfile') ?? '');
  for (const file of call.media.files) add('file', baseName(file.path));
  return [...keys.values()];
}

function valuesOf(legs: readonly Fields[], name: string): NameValue[] {
  const values = new Set(legs.map((leg) => leg.get(name) ?? '').filter((value) => value !== ''));
  return [...values].map((value) => ({ name, value }));
}

function extraOf(legs: readonly Fields[]): NameValue[] {
  const extra = new Map<string, NameValue>();
  for (const leg of legs) {
    for (const [name, value] of leg) if (value !== '' && !placed.has(name)) extra.set(`${name}\n${value}`, { name, value });
  }
  return [...extra.values()];
}

function nameRef(file: { readonly path: string }): SourceRef {
  return { kind: 'name', path: file.path, row: null, sha256: null, text: null };
}

/** Returns the base name of a file from the path in a row or event, with either slash. */
function writtenName(written: string): string {
  return baseName(written.replaceAll('\\', '/'));
}

/** Returns true if all of a recording's files are headers without audio. */
export function isSilentByHeader(media: SortedMedia): boolean {
  return media.files.length > 0 && media.files.every((file) => isEmptyAudio(file.path, file.size));
}
