import { finding } from '../core/finding.ts';
import type { Importer, ImportItem, ImportOptions } from '../core/importer.ts';
import { byCodePoint } from '../core/order.ts';
import { baseName } from '../core/safe-path.ts';
import type { Entry, Source } from '../core/source.ts';
import { createTurns } from '../core/turns.ts';
import { openStages } from '../tables/stage.ts';
import type { Stage } from '../tables/types.ts';
import { apartGroup, isApart, isLaterMark, isOwnKey, keyOfGroup, type LaterMark, laterOfKey, ownKeyOf, ownKeys } from './apart.ts';
import { claimFiles, type KeyedFile, type ManyFiles, type OrphanReason, type Ownership, settleClaims } from './claims.ts';
import { commonFolder } from './common-folder.ts';
import { withoutCopies } from './copies.ts';
import { kindByName, roleOf } from './entry-role.ts';
import { alienFiles, copyRecording, fileRecordings } from './file-recordings.ts';
import { inFolderKey, nameKey, stemKey, storedPath } from './keys.ts';
import { openLinks } from './links.ts';
import { openParts } from './parts.ts';
import { digestOf, type KnownTable, placeOfTable, readEntries } from './read-source.ts';
import { callRecordings, type Gathered } from './recordings.ts';
import { openRecord, type StagedRecord } from './records.ts';
import { checkStated } from './stated-bytes.ts';
import { documentRoles } from './stray.ts';
import { openTally } from './tally.ts';
import { beginning } from './text-document.ts';
import type { Call, Claim, ClaimedFile, Context, Family, JoinedRecord, Moment, SeenTable } from './types.ts';
import { joinByTime, openTimed } from './window.ts';

/** Entries that `recognise` opens to see whether they are tables or documents. */
const recognisedEntries = 100;
/** What `recognise` looks at of a medium that may hold records, and of a log. */
const recordBytes = 64 * 1024;
const logBytes = 1024 * 1024;

/** The importer of a family: reads all tables and documents, joins records with files, and accounts for each. Memory holds the calls that share files, and no more. */
export function familyImporter(family: Family): Importer {
  const { id, title, grade, facts, tested } = family;
  return {
    id,
    title,
    grade,
    facts,
    tested,
    recognise: async (source, options, signal) => recogniseFamily(await shownBy(family, source, options, signal), source, options, signal),
    items: async function* (source, options, signal) {
      using stages = openStages(options.scratch);
      yield* importAll(await shownBy(family, source, options, signal), source, options, stages.open, signal);
    },
  };
}

async function shownBy(family: Family, source: Source, options: ImportOptions, signal: AbortSignal): Promise<Family> {
  return (await family.forSource?.(source, options, signal)) ?? family;
}

async function recogniseFamily(family: Family, source: Source, options: ImportOptions, signal: AbortSignal): Promise<string | null> {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const tables: SeenTable[] = [];
  let media = 0;
  let named = 0;
  /** Tables and documents of others, by their names. */
  let foreign = 0;
  let looks = 0;
  for await (const entry of source.entries(signal)) {
    const kind = kindByName(family, entry.path, options);
    if (kind !== null && kind !== 'none') {
      media++;
      if (family.namesFile?.(entry.path) === true) named++;
      const shape =
        entry.size === 0 || looks >= recognisedEntries ? undefined : family.shapes.find(({ at }) => at.kind === 'medium' && at.file.test(entry.path));
      if (shape?.at.kind !== 'medium') continue;
      looks++;
      if (shape.at.holds.test(await beginning(await source.open(entry, signal), recordBytes, signal))) count(`files with ${shape.unit}`);
      continue;
    }
    if (/\.(?:csv|tsv|jsonl?|ndjson|xml|vcon)$/i.test(entry.path)) foreign++;
    if (looks >= recognisedEntries) continue;
    const role = await roleOf(family, source, entry, options, signal, logBytes);
    if (role.kind === 'document') {
      const { unit = '', isAside } = family.shapes[role.shape] ?? {};
      if (isAside !== true) count(unit);
    } else if (role.kind === 'log') for (const { shape } of role.shapes) count(`log of ${family.shapes[shape]?.unit ?? ''}`);
    else if (role.kind === 'table') {
      for (const { shape, widths } of role.tables) {
        const { name = '', unit = '' } = family.shapes[shape] ?? {};
        count(`table of ${unit}`);
        tables.push({ shape: name, widths });
      }
    } else if (!family.shapes.some(({ at }) => (at.kind === 'document' || at.kind === 'log') && at.file.test(entry.path))) continue;
    looks++;
  }
  if (family.evidence !== undefined) return family.evidence({ tables, media, named });
  // With as many documents beside them that are none of its own, the files are what another family's documents speak of.
  if (seen.size === 0 && named <= foreign) return null;
  const evidence = [...seen].sort(([a], [b]) => byCodePoint(a, b)).map(([what, times]) => `${what}: ${times}`);
  if (family.namesFile !== undefined) evidence.push(`files named as ${family.id} names them: ${named} of ${media}`);
  else evidence.push(`audio: ${media}`);
  return evidence.join(', ');
}

async function* importAll(
  family: Family,
  source: Source,
  options: ImportOptions,
  open: () => Stage,
  signal: AbortSignal,
): AsyncGenerator<ImportItem> {
  const [staged, details, files, claimed, owned, orphans, aliens] = [open(), open(), open(), open(), open(), open(), open()];
  const links = family.shapes.some((shape) => shape.links !== undefined) ? openLinks(open) : null;
  const parts = family.shapes.some((shape) => shape.part !== undefined) ? openParts(open, groupOfKey) : null;
  const folder = commonFolder();
  const put = (file: KeyedFile, named: readonly ((path: string) => string)[], others: readonly string[]): void => {
    const { path, stored } = file;
    for (const each of stored === undefined ? [path] : [path, stored]) {
      const names = named.map((keyOf) => keyOf(each));
      const keys = family.nameKeys?.(each) ?? [...names, ...names.flatMap((key) => inFolderKey(key, each) ?? [])];
      for (const key of new Set([...keys, ...others])) files.put(key, '', file);
    }
    claimed.put(path, '', file);
  };
  let keyless = 0;
  const place = (key: string | null, order: string, record: StagedRecord): void => {
    // What has no key stands alone.
    const shape = family.shapes[record.shape];
    if (key !== null && shape?.apart !== undefined) {
      staged.put(apartGroup(key, shape.apart(openRecord(family.shapes, record))), order, record);
      return;
    }
    const group = key === null ? `- ${String(keyless++).padStart(12, '0')}` : groupOfKey(key);
    const others = links === null || record.unreadable === true ? [] : shape?.links?.(openRecord(family.shapes, record));
    const link = key === null ? undefined : links?.add(group, others?.map(groupOfKey) ?? []);
    staged.put(group, order, link === undefined ? record : { ...record, link });
  };
  const tables = yield* readEntries(
    family,
    source,
    options,
    {
      record: (record, order) => {
        const shape = family.shapes[record.shape];
        if (shape === undefined) return;
        const opened = openRecord(family.shapes, record);
        if (isOwnKey(shape)) {
          folder.add(record.path);
          for (const own of ownKeys(family, record.path)) files.put(own, '', { path: record.path, kind: 'other', size: 0 } satisfies KeyedFile);
        }
        if (shape.keys !== undefined) {
          const keys = new Set(shape.keys(opened));
          for (const key of keys) staged.put(groupOfKey(key), order, record);
          if (keys.size === 0) details.put('-', order, record);
          return;
        }
        const key =
          record.unreadable !== true ? shape.key(opened) : shape.at.kind === 'document' ? (shape.at.keyOfName?.(record.path) ?? null) : null;
        if (shape.role === 'detail') {
          details.put(key === null ? '-' : `= ${shape.name} ${key}`, order, record);
          return;
        }
        const isReadable = record.unreadable !== true;
        const at = isReadable && shape.order !== undefined ? `${shape.order(opened)} ${order}` : order;
        const part = isReadable && key === null ? (shape.part?.(opened) ?? null) : null;
        if (part !== null && parts !== null) {
          parts.wait(part, at, record);
          return;
        }
        if (key !== null && isReadable) for (const each of shape.parts?.(opened) ?? []) parts?.name(each, groupOfKey(key));
        place(key, at, record);
      },
      medium: (entry, kind) => {
        folder.add(entry.path);
        put(keyedFile(entry, kind), [nameKey, stemKey], [...(family.fileKeys?.(entry.path, 'medium') ?? []), ...ownKeys(family, entry.path)]);
      },
      // Whatever it is, a record that writes its full name means it.
      unknown: (entry, unknown) => {
        const beside = family.besideKeys?.(entry.path) ?? [];
        put({ ...keyedFile(entry, beside.length > 0 ? 'other' : 'audio'), unknown }, [nameKey], beside);
      },
    },
    signal,
  );
  family.allRead?.();
  const linked = links === null ? staged : await links.united(staged, signal);
  const records = parts === null ? linked : await parts.united(linked, signal);
  const digest = async (path: string): Promise<string> => {
    const entry = source.entry(path);
    return entry === null ? '' : digestOf(await source.open(entry, signal), signal);
  };
  const turns = createTurns();
  const many: ManyFiles = new Map();
  const timed = family.window === undefined ? null : openTimed(open());
  const isLater = laterOfKey(family);
  for (const { group, values } of records.groups()) {
    if (turns.isDue()) await turns.take(signal);
    if (isLater(group, values)) owned.put(group, '', { later: true });
    const opened = (values as readonly StagedRecord[]).map((record) => ({ record, values: openRecord(family.shapes, record) }));
    const claims = claimsOf(family, keyOfGroup(group, false, false).key, opened);
    const { missing, isCrowded, isAlone } = await claimFiles(group, claims, files, claimed, digest, many);
    for (const path of missing) owned.put(group, '', { missing: path });
    if (isCrowded) owned.put(group, '', { crowded: true });
    const moment = isAlone ? momentOf(family, opened) : null;
    if (moment !== null) timed?.put({ group }, moment);
  }
  const orphan = (file: KeyedFile, why: OrphanReason): void => {
    const isAlone = file.unknown === undefined && why.doubt === null && why.copyOf === null;
    const moment = isAlone ? (family.window?.ofFile(file.path) ?? null) : null;
    if (moment === null) setAside(file, why);
    else timed?.put({ file }, moment);
  };
  const setAside = (file: KeyedFile, why: OrphanReason): void => {
    if (file.unknown !== undefined && file.kind !== 'other' && why.copyOf === null) aliens.put(file.path, '', { ...file, ...why });
    else orphans.put(family.fileGroup?.(file.path) ?? file.path, file.path, { ...file, ...why });
  };
  const unions = await settleClaims(claimed, owned, orphan, (path) => !folder.below(path).includes('/'), signal);
  const late = family.window === undefined || timed === null ? null : open();
  if (late !== null && timed !== null && family.window !== undefined) await joinByTime(timed, family.window, late, setAside, signal);
  const tally = openTally(tables, ({ shape }) => family.shapes[shape]?.keys !== undefined);
  const context: Context = {
    zone: options.zone,
    below: (path) => folder.below(path),
    keyOf: (path, others = []) =>
      family.fileKey !== undefined
        ? ownKeyOf(family, [path, ...others], files, records, folder.below)
        : files.get(nameKey(path), 2).length > 1
          ? folder.below(path)
          : baseName(path),
    modifiedMs: (path) => source.entry(path)?.modifiedMs ?? null,
    details: (shape, key) =>
      (details.get(`= ${shape} ${key}`) as readonly StagedRecord[]).map((record) => {
        tally.detail(record);
        return openRecord(family.shapes, record);
      }),
  };
  let unzoned = 0;
  const eventShapes = new Set(family.shapes.filter(({ role }) => role === 'event').map(({ name }) => name));
  const isEvent = ({ shape }: JoinedRecord): boolean => eventShapes.has(shape);
  const [ownedBy, lateBy] = [inStep(owned), late === null ? null : inStep(late)];
  for (const { group, values } of records.groups()) {
    if (turns.isDue()) await turns.take(signal);
    const got = lateBy === null ? ownedBy(group) : [...ownedBy(group), ...lateBy(group)];
    if (unions.root(group) !== group) continue;
    const members = unions.members(group);
    const gathered = gather(
      family,
      members.length === 1
        ? [{ group, records: values, owned: got }]
        : members.map((member) => ({ group: member, records: records.get(member), owned: owned.get(member) })),
    );
    if (yield* documentRoles(family, gathered.call)) continue;
    const { files: ownFiles, copies } = await withoutCopies(family, gathered.call.files, digest);
    const call: Call = { ...gathered.call, files: ownFiles };
    tally.records(call.repeated, 'duplicate-row');
    // Events alone make no recording.
    const isCall = ownFiles.length > 0 || !call.records.every(isEvent);
    for (const made of callRecordings(family, { ...gathered, call }, context)) {
      tally.records(made.repeated, 'duplicate-row');
      tally.records(made.records.filter(isEvent), isCall ? 'event' : 'event-without-recording');
      if (!isCall) continue;
      if (made.recording.callStart?.certainty === 'unzoned') unzoned++;
      tally.records(
        made.records.filter((record) => !isEvent(record)),
        made.recording.reconciliation.status,
      );
      const differing = await checkStated(source, made.stated, signal);
      yield differing.length === 0 ? made.recording : { ...made.recording, findings: [...made.recording.findings, ...differing] };
      const ownCopies = copies.filter(({ of }) => made.recording.media.some(({ path }) => path === of));
      for (const [index, { file }] of ownCopies.entries()) yield copyRecording(family, file, made.recording.key, index + 1, context);
    }
  }
  yield* fileRecordings(family, orphans, context, digest, signal);
  for (const { values } of aliens.groups()) {
    signal.throwIfAborted();
    yield* alienFiles(values as readonly (KeyedFile & OrphanReason)[]); // put by `setAside`
  }
  if (family.counted !== undefined) yield* family.counted(source.name);
  else if (unzoned > 0)
    yield family.unzoned?.(source.name, unzoned) ?? finding('I163', source.name, `starts that are local times of an unknown zone: ${unzoned}`);
  for (const { values } of details.groups()) {
    if (turns.isDue()) await turns.take(signal);
    tally.rest(values as readonly StagedRecord[]);
  }
  yield* tablesRead(family, tables, tally.counts());
}

function keyedFile(entry: Entry, kind: KeyedFile['kind']): KeyedFile {
  const stored = storedPath(entry);
  return { path: entry.path, kind, size: entry.size, ...(stored === null ? {} : { stored }) };
}

/** A staged record and its values. */
interface Opened {
  readonly record: StagedRecord;
  readonly values: JoinedRecord;
}

function claimsOf(family: Family, key: string | null, opened: readonly Opened[]): readonly Claim[] {
  if (family.claims === undefined) return opened.flatMap((each) => recordClaims(family, each));
  const isReadable = ({ record }: Opened): boolean => record.unreadable !== true;
  const others = opened.filter((each) => !isReadable(each)).flatMap((each) => recordClaims(family, each));
  return [
    ...family.claims(
      key,
      opened.filter(isReadable).map(({ values }) => values),
    ),
    ...others,
  ];
}

function recordClaims(family: Family, { record: staged, values: opened }: Opened): readonly Claim[] {
  // A document that could not be read still belongs to the audio of its name, and to that with the ids in its name.
  if (staged.unreadable === true) {
    const strength = 'other-name' as const;
    const byId = (family.fileKeys?.(staged.path, 'document') ?? []).map((key) => ({ key, by: 'id in the file name', strength }));
    return [{ key: stemKey(staged.path), by: 'file name without extension', strength }, ...byId];
  }
  return family.shapes[staged.shape]?.claims?.(opened) ?? [];
}

/** The first moment that the records of a call tell. */
function momentOf({ window }: Family, opened: readonly { readonly values: JoinedRecord }[]): Moment | null {
  for (const { values } of window === undefined ? [] : opened) {
    const moment = window?.ofRecord(values) ?? null;
    if (moment !== null) return moment;
  }
  return null;
}

/** Values of a stage for groups that are asked for in order: one walk through it instead of a search for each. */
function inStep(stage: Stage): (group: string) => readonly unknown[] {
  const walk = stage.groups()[Symbol.iterator]();
  let at = walk.next();
  return (group) => {
    while (at.done !== true && byCodePoint(at.value.group, group) < 0) at = walk.next();
    return at.done !== true && at.value.group === group ? at.value.values : [];
  };
}

/** A call by itself, before it is one with those that share a file with it. */
interface Member {
  readonly group: string;
  readonly records: readonly unknown[];
  readonly owned: readonly unknown[];
}

/** All records and files of some calls that are one; identical records once. */
function gather(family: Family, members: readonly Member[]): Gathered {
  const first = new Map<string, JoinedRecord>();
  const apart = new Map<JoinedRecord, string>();
  const repeated: JoinedRecord[] = [];
  const keys: string[] = [];
  let unreadable = 0;
  const isSingle = members.length === 1 && members[0]?.records.length === 1;
  for (const { group, records, owned } of members) {
    const own = keyOfGroup(group, isApart(family, records), owned.some(isLaterMark));
    if (own.key !== null) keys.push(own.key);
    for (const staged of records as readonly StagedRecord[]) {
      if (staged.unreadable === true) unreadable++;
      const record = openRecord(family.shapes, staged);
      // Two events of one moment may read alike. Of a single record no digest is needed.
      const isOwn = isSingle || family.shapes[staged.shape]?.role === 'event';
      const same = isOwn ? `record ${first.size}` : `${own.told} ${record.shape} ${record.sha256} ${staged.part ?? 0}`;
      if (first.has(same)) repeated.push(record);
      else first.set(same, record);
      if (own.isLater && own.key !== null) apart.set(record, own.key);
    }
  }
  // Put by `settleClaims`, by `joinByTime` and beside `claimFiles`.
  const got = members.flatMap(({ owned }) => owned) as readonly (Ownership | { readonly missing: string } | LaterMark)[];
  const call: Call = {
    key: keys[0] ?? null,
    keys,
    records: [...first.values()],
    repeated,
    files: got.filter((each): each is ClaimedFile => 'path' in each),
    missing: got.flatMap((each) => ('missing' in each ? [each.missing] : [])),
    doubted: got.flatMap((each) => ('doubted' in each ? [each.doubted] : [])),
    doubtedBy: [...new Set(got.flatMap((each) => ('doubted' in each ? each.by : [])))],
    isCrowded: got.some((each) => 'crowded' in each),
    claimants: got.reduce((most, each) => Math.max(most, 'doubted' in each ? (each.claimants ?? 0) : 0), 0),
    repeats: repeated.length,
    apart,
  };
  return { call, calls: members.length, unreadable: unreadable > 0 };
}

function groupOfKey(key: string): string {
  return `= ${key}`;
}

function* tablesRead(family: Family, tables: readonly KnownTable[], counts: readonly ReadonlyMap<string, number>[]): Generator<ImportItem> {
  for (const [index, known] of tables.entries()) {
    const byStatus = new Map(counts[index]);
    if (known.lost > 0) byStatus.set('parse-error', known.lost);
    yield {
      kind: 'table',
      path: placeOfTable(known),
      unit: family.shapes[known.shape]?.unit ?? '',
      records: known.records,
      byStatus: Object.fromEntries([...byStatus].sort(([a], [b]) => byCodePoint(a, b))),
    };
  }
}
