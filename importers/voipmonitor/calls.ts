import { byCodePoint } from '../../src/core/base/order.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { spoolFile, spoolNames } from './names.ts';
import { fitsFolder } from './times.ts';

/** Records of one call in the tables. */
export interface TableCall {
  /** `cdr.ID`; null if the table has none. */
  readonly id: string | null;
  /** Key of the call: its number; with its time if the tables of several databases have the number at several times. */
  readonly key: string | null;
  readonly calldate: string | null;
  readonly records: readonly JoinedRecord[];
  /** Call-ID as in the table. */
  readonly callId: string | null;
}

/** Calls of the tables and files of the spool that belong together. */
export interface SpoolCall {
  readonly calls: readonly TableCall[];
  readonly files: readonly ClaimedFile[];
  /** True if several Call-IDs in the tables have the name of these files, so that it is unknown to which one the files belong. */
  readonly collides: boolean;
}

/** Returns the place of a file's call in the spool: sensor, minute and name. Files with one place belong to one call. */
export function spoolGroup(path: string): string {
  const { above, began, call } = spoolFile(path);
  return `${began ?? ''} ${above} ${call}`;
}

/** Separates calls that share a number of the table, a Call-ID or a name in the spool. */
export function spoolCalls({ records, files }: Call): readonly SpoolCall[] {
  const calls = tableCalls(records);
  const groups = groupBy(files, ({ path }) => spoolGroup(path));
  const owners = new Map<string, TableCall[]>([...groups.keys()].map((group) => [group, []]));
  for (const call of calls) {
    const names = call.callId === null ? [] : spoolNames(call.callId);
    const fitting = [...groups].flatMap(([group, members]) => {
      const file = spoolFile(members[0]?.path ?? '');
      return names.includes(file.call) ? [{ group, fits: fitsFolder(call.calldate, file.began) }] : [];
    });
    const surest = (['exact', 'unknown', 'other-clock'] as const).find((how) => fitting.some(({ fits }) => fits === how));
    for (const { group, fits } of fitting) if (fits === surest) owners.get(group)?.push(call);
  }
  const told: SpoolCall[] = [];
  const homeless = new Set(calls);
  const shared = new Map<TableCall, { calls: Set<TableCall>; files: ClaimedFile[] }>();
  for (const [group, members] of groups) {
    const owning = owners.get(group) ?? [];
    if (new Set(owning.map(({ callId }) => callId)).size > 1 || owning.length === 0) {
      told.push({ calls: [], files: members, collides: owning.length > 0 });
      continue;
    }
    // Calls that share files here may share other files with further calls.
    const known = new Set(owning.flatMap((call) => shared.get(call) ?? []));
    const one = { calls: new Set(owning), files: [...members] };
    for (const other of known) {
      for (const call of other.calls) one.calls.add(call);
      one.files.push(...other.files);
    }
    for (const call of one.calls) {
      shared.set(call, one);
      homeless.delete(call);
    }
  }
  for (const { calls: joined, files: theirs } of new Set(shared.values())) told.push({ calls: [...joined], files: theirs, collides: false });
  const colliding = new Set([...owners.values()].filter((owning) => new Set(owning.map(({ callId }) => callId)).size > 1).flat());
  for (const call of homeless) told.push({ calls: [call], files: [], collides: colliding.has(call) });
  return told;
}

/** Groups records of one number and one time into calls; records without a time join the only call of their number. */
function tableCalls(records: readonly JoinedRecord[]): readonly TableCall[] {
  const byId = groupBy(records, (record) => idOf(record) ?? `- ${record.path} ${record.number}`);
  return [...byId.values()].flatMap((same) => {
    const dates = [...new Set(same.flatMap((record) => record.peek(['calldate']) ?? []))].sort(byCodePoint);
    const [only] = dates;
    const byDate = groupBy(same, (record) => record.peek(['calldate']) ?? (dates.length === 1 ? (only ?? '') : ''));
    const id = idOf(same[0]);
    return [...byDate].map(([date, own]) => ({
      id,
      key: id === null || byDate.size === 1 ? id : `${id}@${date}`,
      calldate: date === '' ? null : date,
      records: own,
      callId: own.map((record) => record.peek(['fbasename'])).find((name) => name !== null) ?? null,
    }));
  });
}

/** Returns the number of a call; each table has a different name for it. */
export function idOf(record: JoinedRecord | undefined): string | null {
  return record?.peek([record.shape === 'cdr' ? 'ID' : 'cdr_ID']) ?? null;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
