import { byCodePoint } from '../../../src/core/base/order.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import { isApart, isLaterMark, keyOfGroup, type LaterMark } from '../read/apart.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../records/call.ts';
import type { Ownership } from '../records/claimed-file.ts';
import type { Family } from '../records/family.ts';
import { openRecord, type StagedRecord } from '../records/records.ts';
import type { JoinedFiles } from './join-files.ts';
import type { GatheredCall } from './recordings.ts';
import type { Intake } from './take-in.ts';

/** Yields all calls in order, each with its records and files. Calls that share a file are yielded as one, in the position of the first of them. */
export function* gatheredCalls(family: Family, { records }: Intake, { owned, late, unions }: JoinedFiles): Generator<GatheredCall> {
  const [ownedBy, lateBy] = [inStep(owned), late === null ? null : inStep(late)];
  for (const { group, values } of records.groups()) {
    const got = lateBy === null ? ownedBy(group) : [...ownedBy(group), ...lateBy(group)];
    if (unions.root(group) !== group) continue;
    const members = unions.members(group);
    yield gather(
      family,
      members.length === 1
        ? [{ group, records: values, owned: got }]
        : members.map((member) => ({ group: member, records: records.get(member), owned: owned.get(member) })),
    );
  }
}

/** Returns a reader of a stage for groups that are requested in order: it walks once through the stage instead of searching for each group. */
function inStep(stage: Stage): (group: string) => readonly unknown[] {
  const walk = stage.groups()[Symbol.iterator]();
  let at = walk.next();
  return (group) => {
    while (at.done !== true && byCodePoint(at.value.group, group) < 0) at = walk.next();
    return at.done !== true && at.value.group === group ? at.value.values : [];
  };
}

/** A single call, before it is united with calls that share a file with it. */
interface Member {
  readonly group: string;
  readonly records: readonly StagedRecord[];
  readonly owned: readonly unknown[];
}

/** Gathers all records and files of calls that are united into one. Keeps one of each set of identical records. */
function gather(family: Family, members: readonly Member[]): GatheredCall {
  const first = new Map<string, JoinedRecord>();
  const apart = new Map<JoinedRecord, string>();
  const repeated: JoinedRecord[] = [];
  const keys: string[] = [];
  let unreadable = 0;
  const isSingle = members.length === 1 && members[0]?.records.length === 1;
  for (const { group, records, owned } of members) {
    const own = keyOfGroup(group, isApart(family, records), owned.some(isLaterMark));
    if (own.key !== null) keys.push(own.key);
    for (const staged of records) {
      if (staged.unreadable === true) unreadable++;
      const record = openRecord(family.shapes, staged);
      // Two events at one moment may have the same text. A single record needs no digest.
      const isOwn = isSingle || family.shapes[staged.shape]?.role === 'event';
      const same = isOwn ? `record ${first.size}` : `${own.told} ${record.shape} ${record.sha256} ${staged.part ?? 0}`;
      if (first.has(same)) repeated.push(record);
      else first.set(same, record);
      if (own.isLater && own.key !== null) apart.set(record, own.key);
    }
  }
  const got = gotOf(members);
  const call: Call = {
    key: keys[0] ?? null,
    keys,
    records: [...first.values()],
    repeated,
    files: got.files,
    missing: got.missing,
    doubted: got.doubted,
    doubtedBy: got.doubtedBy.size === 0 ? [] : [...got.doubtedBy],
    isCrowded: got.isCrowded,
    claimants: got.claimants,
    repeats: repeated.length,
    apart,
  };
  return { call, calls: members.length, unreadable: unreadable > 0 };
}

/** Returns a reader of the files that calls got, in one walk: there are millions of calls, and most got at most one file. */
function gotOf(members: readonly Member[]) {
  const [files, missing, doubted, doubtedBy]: [ClaimedFile[], string[], string[], Set<string>] = [[], [], [], new Set()];
  const answered = new Set<string>();
  let isCrowded = false;
  let claimants = 0;
  for (const { owned } of members) {
    // Put by `settleClaims`, `joinByTime` and `claimAll`.
    for (const each of owned as readonly (Ownership | { readonly missing: string } | LaterMark)[]) {
      if ('path' in each) files.push(each);
      else if ('missing' in each) missing.push(each.missing);
      else if ('doubted' in each) {
        doubted.push(each.doubted);
        for (const by of each.by) doubtedBy.add(by);
        claimants = Math.max(claimants, each.claimants ?? 0);
      } else if ('crowded' in each) isCrowded = true;
      else if ('answered' in each) answered.add(each.answered);
    }
  }
  return { files, missing: answered.size === 0 ? missing : missing.filter((path) => !answered.has(path)), doubted, doubtedBy, isCrowded, claimants };
}
