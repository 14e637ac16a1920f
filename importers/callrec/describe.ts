import { agree } from '../../src/core/base/agree.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { NameValue, Party, Recording, TimeValue } from '../../src/core/model/recording.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { directionBy, partyOf, timeOf, withoutRepeats } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { coupleData } from './data.ts';
import { type CallrecFile, fileFacts, filesOf, fileTypes, isSameName, kindOf, statedOf, stemOf, takeFiles } from './files.ts';

const directions: Readonly<Record<string, Recording['direction']['value']>> = {
  incoming: 'inbound',
  inbound: 'inbound',
  in: 'inbound',
  outgoing: 'outbound',
  outbound: 'outbound',
  out: 'outbound',
  internal: 'internal',
};

/** Describes the couples among the records of one number or one sid. Databases of several recorders use the same numbers, and the sid distinguishes their couples. */
export function describeCouples(call: Call, context: Context): readonly Described[] {
  const { records, files } = call;
  const sidOf = (record: JoinedRecord): string | null => record.peek(['sid']);
  const sids = [...new Set(records.flatMap((record) => sidOf(record) ?? []))];
  if (sids.length < 2) return [describeCouple({ call, records, files, sid: sids[0] ?? null, isOwn: () => true }, context)];
  const byFolder = new Map<string, Set<string>>();
  for (const record of records) {
    const sid = sidOf(record);
    if (sid !== null) byFolder.set(folderOf(record), (byFolder.get(folderOf(record)) ?? new Set()).add(sid));
  }
  // A record without a sid belongs to the couple of its own export; if that couple is unknown, the record stands alone.
  const owner = (record: JoinedRecord): string => {
    const near = [...(byFolder.get(folderOf(record)) ?? [])];
    return sidOf(record) ?? (near.length === 1 ? (near[0] ?? '') : '');
  };
  const owners = [...sids, ...(records.some((record) => owner(record) === '') ? [''] : [])];
  const ownersOf = (file: ClaimedFile): string[] => owners.filter((sid) => names(records, sid, owner, file));
  // Couples of different numbers that name one file are one recording.
  const couples = (sid: string): string[] => idsOf(records.filter((record) => owner(record) === sid));
  if (files.some((file) => new Set(ownersOf(file).flatMap(couples)).size > 1))
    return [describeCouple({ call, records, files, sid: sids[0] ?? null, isOwn: () => true }, context)];
  const claimed = new Map(files.map((file) => [file, ownersOf(file)[0] ?? owners[0] ?? '']));
  return owners.map((sid) =>
    describeCouple(
      {
        call,
        records: records.filter((record) => owner(record) === sid),
        files: files.filter((file) => claimed.get(file) === sid),
        sid: sid === '' ? null : sid,
        isOwn: (detail) => owner(detail) === sid,
      },
      context,
    ),
  );
}

function names(records: readonly JoinedRecord[], sid: string, owner: (record: JoinedRecord) => string, file: ClaimedFile): boolean {
  return records.some((record) => owner(record) === sid && fileFacts(file, filesOf(record)) !== null);
}

function folderOf({ path }: JoinedRecord): string {
  return path.slice(0, path.length - baseName(path).length);
}

/**
 * Returns the rows of a couple, the decisive one first. The database records what happened to a couple after it was archived; of several states, the most
 * recently changed one counts.
 */
function headsOf(records: readonly JoinedRecord[]): JoinedRecord[] {
  const changed = (row: JoinedRecord): string => row.peek(['updated_ts']) ?? '';
  const rows = records.filter(({ shape }) => shape === 'couples');
  return [
    ...rows.toSorted((a, b) => (changed(a) < changed(b) ? 1 : changed(a) > changed(b) ? -1 : 0)),
    ...records.filter(({ shape }) => shape === 'couple'),
  ];
}

/**
 * Counts screen recordings that records name and that are not in the source. A screen recording has the name of the audio beside it; if the audio is present,
 * the screen recording alone does not count as missing.
 */
function missingScreens(files: readonly ClaimedFile[], said: readonly CallrecFile[]): number {
  const stems = new Set(files.map(stemOf));
  return said.filter((each) => kindOf(each.type, each.path) !== null && stems.has(stemOf(each)) && !files.some((file) => isSameName(file, each)))
    .length;
}

function differText(all: number, other: number): string {
  return agree`${all} record[s] of the couple; ${other} of them [differs|differ] from the one that is used`;
}

function retentionOf(lockRaw: string | null, deletedAtSource: TimeValue | null): Described['retention'] {
  return lockRaw === null && deletedAtSource === null ? null : { policyRaw: null, expiresAt: null, legalHoldRaw: null, lockRaw, deletedAtSource };
}

/** A couple: the records and files of one session of a call. */
interface Couple {
  readonly call: Call;
  readonly records: readonly JoinedRecord[];
  readonly files: readonly ClaimedFile[];
  /** The session's id; null if there is none. */
  readonly sid: string | null;
  /** Returns true if a row of details belongs to this couple. */
  readonly isOwn: (detail: JoinedRecord) => boolean;
}

function describeCouple({ call, records, files, sid, isOwn }: Couple, context: Context): Described {
  const { once, repeated } = withoutRepeats(records);
  const heads = headsOf(once);
  const deletions = once.filter(({ shape }) => shape === 'deleted_couples');
  const said = once.flatMap(filesOf);
  const id = heads[0]?.peek(['id']) ?? once.flatMap((record) => record.peek(['cplid']) ?? [])[0] ?? null;
  const key = sid ?? (id === null ? null : `couple ${id}`);
  const place = key ?? once[0]?.place ?? '';
  const details = id === null ? [] : idsOf(once).flatMap((each) => context.details('couple_extdata', each).filter(isOwn));
  const data = coupleData(heads, details);
  for (const record of once) {
    takeFiles(record);
    if (record.shape === 'cfiles') record.take(['cfpath', 'cftype', 'cfsize', 'cplid', 'sgid']);
    else record.take(['id', 'sid']);
  }
  const other = heads.slice(1).filter((row) => !agrees(row, heads[0]));
  const take = (...columns: string[]): string | null => taken(heads, columns);
  const callStart = timeIn(heads, ['start_ts', 'start'], context.zone);
  const callEnd = timeIn(heads, ['stop_ts', 'stop'], context.zone);
  const deleted = take('deleted');
  const archived = take('archived');
  const location = take('b_location');
  const isGone = /^(?:D|t|true|1)$/i.test(deleted ?? '');
  const isArchived = /^(?:A|t|true|1)$/i.test(archived ?? '');
  const deletedAt = deletions.map((row) => timeOf(row, 'deleted_ts', { format: 'iso', zone: context.zone }))[0] ?? null;
  const protection = take('protected');
  const lock = protection !== null && /^(?:t|true|1|y|yes|P)$/i.test(protection) ? protection : null;
  const keys = [...new Set(said.flatMap((each) => each.key ?? []))];
  for (const record of once) if (record.shape === 'cfiles') record.take(['enc_key_id']);
  const types = take('cftypes');
  const problem = take('problemstatus');
  const moved = files.length === 0 && isGone && isArchived;
  const screens = missingScreens(files, said);
  const findings: Finding[] = [
    ...(other.length > 0 ? [finding('I204', place, differText(heads.length, other.length))] : []),
    ...(files.length > 0 && screens > 0 ? [finding('I200', place, `${screens} screen recordings that its records name are not in the source`)] : []),
    ...(moved ? [finding('I293', place, 'archived and deleted by the recorder; none of its files is in the source')] : []),
  ];
  return {
    key,
    records,
    repeated,
    files,
    sourceKeys: [...(sid === null ? [] : [{ name: 'sid', value: sid }]), ...idsOf(once, id).map((value) => ({ name: 'couple', value }))],
    correlation: data.correlation,
    callStart,
    callEnd,
    durationDeclared: lengthOf(heads, callStart, callEnd),
    direction: directionBy(take('direction', 'coupleDirection'), directions),
    parties: partiesOf(take, data.callingTerminal, data.calledTerminal, data.agents),
    org: dialled(heads),
    events: data.events,
    tags: [...data.tags, ...pair('description', take('description')), ...pair('cpltype', take('cpltype'))],
    group: groupOf(heads, isOwn, context),
    retention: retentionOf(lock, deletedAt),
    quality: [
      ...pair('problemstatus', problem),
      ...pair('cftypes', types === null ? null : (fileTypes(types)?.join(', ') ?? types)),
      ...keys.map((value) => ({ name: 'enc_key_id', value })),
      ...pair('deleted', deleted),
      ...pair('archived', archived),
      ...pair('b_location', location),
    ],
    ...(deletions.length > 0 || (isGone && !isArchived) ? { absence: 'deleted-at-source' as const } : {}),
    ...statusOf(files, call, (file) => kindOf(fileFacts(file, said)?.type ?? '', file.path) === null),
    medium: (file) => {
      const kind = kindOf(fileFacts(file, said)?.type ?? '', file.path);
      return kind === null ? {} : { kind };
    },
    stated: files.flatMap((file) => {
      const own = fileFacts(file, said);
      return own !== null && isSameName(file, own) ? (statedOf(own, file.path) ?? []) : [];
    }),
    findings,
  };
}

/** Returns the status. Screen recordings beside the audio of a couple are not parts of it. */
function statusOf(files: readonly ClaimedFile[], { keys }: Call, isSound: (file: ClaimedFile) => boolean): Pick<Described, 'status'> {
  if (files.every(({ size }) => size === 0) || files.every(({ window }) => window)) return {};
  const sounds = files.filter(isSound).length;
  if (sounds === 0) return { status: 'row-without-audio' };
  const couples = new Set(keys.filter((key) => key.startsWith('couple '))).size;
  if (couples > 1) return {};
  return { status: sounds === 1 ? 'matched' : 'split-audio' };
}

/** Returns the numbers of the couple: synchronised databases number couples independently. */
function idsOf(records: readonly JoinedRecord[], first: string | null = null): string[] {
  const own = records.flatMap((record) => {
    const column = record.shape === 'cfiles' ? 'cplid' : record.shape === 'deleted_couples' ? null : 'id';
    return column === null ? [] : (record.peek([column]) ?? []);
  });
  return [...new Set([...(first === null ? [] : [first]), ...own])];
}

/** Returns true if two records describe one couple: the same begin and the same numbers, as far as both state them. */
function agrees(row: JoinedRecord, head: JoinedRecord | undefined): boolean {
  return ['start_ts', 'start', 'callingnr', 'originalcallednr', 'finalcallednr'].every((column) => {
    const [one, two] = [row.peek([column]), head?.peek([column]) ?? null];
    return one === null || two === null || one === two;
  });
}

/** Returns the first value among the records, and removes it from all records that state the same value. */
function taken(heads: readonly JoinedRecord[], columns: readonly string[]): string | null {
  let value: string | null = null;
  for (const record of heads)
    for (const column of columns) {
      const own = record.peek([column]);
      if (own === null || (value !== null && own !== value)) continue;
      value = own;
      record.take([column]);
    }
  return value;
}

function timeIn(heads: readonly JoinedRecord[], columns: readonly string[], zone: string | null): TimeValue | null {
  let time: TimeValue | null = null;
  for (const record of heads)
    for (const column of columns) {
      const raw = record.peek([column]);
      if (raw === null) continue;
      const format = /^\d{13}$/.test(raw) ? 'epoch-ms' : /^\d{9,10}$/.test(raw) ? 'epoch-s' : 'iso';
      const own = timeOf(record, column, { format, zone });
      time ??= own;
    }
  return time;
}

/** Returns the declared duration. `length` is a number without a unit: it is used if it agrees with begin and end, in seconds or in milliseconds. */
function lengthOf(heads: readonly JoinedRecord[], start: TimeValue | null, end: TimeValue | null): Recording['durationDeclared'] {
  if (start?.utc == null || end?.utc == null) return null;
  const betweenMs = Date.parse(end.utc) - Date.parse(start.utc);
  for (const record of heads) {
    const raw = record.peek(['length']);
    if (raw === null || !/^\d{1,9}$/.test(raw) || Number(raw) === 0) continue;
    for (const [unit, factor] of [
      ['s', 1_000],
      ['ms', 1],
    ] as const) {
      if (Math.abs(Number(raw) * factor - betweenMs) > 1_500) continue;
      taken(heads, ['length']);
      return { ms: Number(raw) * factor, raw, unit };
    }
  }
  return null;
}

function partiesOf(
  take: (...columns: string[]) => string | null,
  callingTerminal: string | null,
  calledTerminal: string | null,
  agents: readonly string[],
): Party[] {
  const [callingAgent, calledAgent] = [take('callingagent'), take('calledagent')];
  const callingIp = take('callingip');
  const calledIp = take('calledip');
  const known = new Set([callingAgent, calledAgent]);
  return [
    partyOf('caller', { phone: take('callingnr'), name: take('callingpartyname'), agentId: callingAgent, device: callingTerminal ?? callingIp }),
    partyOf('callee', {
      phone: take('finalcallednr') ?? take('originalcallednr'),
      name: take('calledpartyname'),
      agentId: calledAgent,
      device: calledTerminal ?? calledIp,
    }),
    ...agents.filter((agent) => !known.has(agent)).map((agentId) => partyOf('agent', { agentId })),
  ].filter((party) => party !== null);
}

/** Returns the dialled number, if the call went on to another one. */
function dialled(heads: readonly JoinedRecord[]): NameValue[] {
  return pair('dialled', taken(heads, ['originalcallednr']));
}

/** Returns the group. A call connects its couples: into a conference, a transfer, or one couple alone. */
function groupOf(heads: readonly JoinedRecord[], isOwn: (detail: JoinedRecord) => boolean, context: Context): Recording['group'] {
  const id = taken(heads, ['callid', 'call.id']);
  if (id === null) return null;
  const rows = context.details('calls', id).filter(isOwn);
  const count = [taken(heads, ['call.cplcnt']), ...rows.flatMap((row) => [row.peek(['realcplcnt']), row.peek(['cplcnt'])])].find(
    (each) => each !== null,
  );
  return { id, index: null, count: /^\d{1,6}$/.test(count ?? '') ? Number(count) : null, previous: null, next: null };
}

function pair(name: string, value: string | null): NameValue[] {
  return value === null ? [] : [{ name, value }];
}
