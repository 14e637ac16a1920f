import { createTurns } from '../../../src/core/base/turns.ts';
import type { Finding } from '../../../src/core/findings/finding.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import { keyOfGroup, laterOfKey } from '../read/apart.ts';
import { entryDigest, type ImportRun } from '../read/import-run.ts';
import type { JoinedRecord } from '../records/call.ts';
import type { Claim } from '../records/claim.ts';
import type { KeyedFile, OrphanReason } from '../records/claimed-file.ts';
import type { Family, Moment } from '../records/family.ts';
import { stemKey } from '../records/keys.ts';
import { openRecord, type StagedRecord } from '../records/records.ts';
import type { Unions } from '../records/unions.ts';
import { type ClaimStages, claimFiles } from './claim-files.ts';
import { type FoldedJoin, openFoldedJoin } from './join-folded.ts';
import { settleClaims } from './settle-claims.ts';
import { besideRecords } from './source-part.ts';
import type { Intake } from './take-in.ts';
import { joinByTime, openTimed } from './window.ts';

/** The files that each call got, and those that no call got. */
export interface JoinedFiles {
  /** Files that each call got (`Owned`), by the call's group. */
  readonly owned: Stage;
  /** Files that each call got by time, by the call's group; null if the family joins nothing by time. */
  readonly late: Stage | null;
  /** Media that no call got, by the recording that they become. */
  readonly orphans: Stage;
  /** Entries that are not media and that no record claimed. */
  readonly unclaimed: Stage;
  /** Calls that are united because they share a file. */
  readonly unions: Unions;
  /** Findings about files that were joined although names differ, and about such names that could not be joined. */
  readonly findings: readonly Finding[];
}

/** Lets every call claim its files, decides which call gets each file, and joins the remaining ones by time. */
export async function joinFiles(run: ImportRun, intake: Intake): Promise<JoinedFiles> {
  const { family, open, signal } = run;
  const { files, folder } = intake;
  const [claimed, owned, orphans, unclaimed] = [open(), open(), open(), open()];
  const setAside = (file: KeyedFile, why: OrphanReason): void => {
    if (file.unknown !== undefined && file.kind !== 'other' && why.copyOf === null) unclaimed.put(file.path, '', { ...file, ...why });
    else orphans.put(family.fileGroup?.(file.path) ?? file.path, file.path, { ...file, ...why });
  };
  const isTop = (path: string): boolean => !folder.below(path).includes('/');
  const { window } = family;
  const folded = openFoldedJoin(open(), open(), intake.stems, run.options.media);
  const [moments, late] = window === undefined ? [null, null] : [open(), open()];
  await claimAll(run, intake, { claimed, owned }, folded, moments);
  const timed = window === undefined ? null : openTimed(open());
  const left = (file: KeyedFile, why: OrphanReason): void => {
    const isAlone = file.unknown === undefined && why.doubt === null && why.copyOf === null;
    const moment = isAlone ? (window?.ofFile(file.path) ?? null) : null;
    if (moment === null) setAside(file, why);
    else timed?.put({ file }, moment);
  };
  const orphan = (file: KeyedFile, why: OrphanReason): void => {
    if (why.doubt !== null || why.copyOf !== null || !folded.takesFile(file)) left(file, why);
  };
  const unions = await settleClaims({ files, claimed }, owned, orphan, isTop, signal);
  const isAnyFolded = await folded.settle(owned, (file) => left(file, { doubt: null, copyOf: null }), signal);
  if (window !== undefined && timed !== null && late !== null && moments !== null) {
    for (const { group, values } of moments.groups()) {
      const hasFile = isAnyFolded && owned.get(group).some((each) => typeof each === 'object' && each !== null && 'path' in each);
      if (!hasFile) for (const moment of values as readonly Moment[]) timed.put({ group }, moment); // Put by `claimAll`.
    }
    await joinByTime(timed, window, late, setAside, signal);
  }
  return { owned, late, orphans, unclaimed, unions, findings: folded.findings(run.source.name) };
}

/** Stages the claims of all calls. @param moments receives the calls that matched no file and whose time is known */
async function claimAll(
  run: ImportRun,
  { records, files, marks }: Intake,
  { claimed, owned }: { readonly claimed: Stage; readonly owned: Stage },
  folded: FoldedJoin,
  moments: Stage | null,
): Promise<void> {
  const { family, signal } = run;
  const turns = createTurns();
  const isLater = laterOfKey(family);
  const isMarked = (mark: string): boolean => marks.get(mark, 1).length > 0;
  const hasMedia = files.size > 0;
  const claiming: Omit<ClaimStages, 'isBeside'> = { files, claimed, digest: (path) => entryDigest(run, path), many: new Map() };
  for (const { group, values } of records.groups()) {
    if (turns.isDue()) await turns.take(signal);
    if (isLater(group, values)) owned.put(group, '', { later: true });
    const opened = values.map((record) => ({ record, values: openRecord(family.shapes, record) }));
    const claims = claimsOf(family, keyOfGroup(group, false, false).key, opened, isMarked);
    const isBeside = besideRecords(
      run.source,
      opened.map(({ record }) => record.path),
    );
    const { missing, isCrowded, isAlone } = await claimFiles(group, claims, { ...claiming, isBeside });
    for (const path of missing) owned.put(group, '', { missing: path });
    if (isCrowded) owned.put(group, '', { crowded: true });
    if (!isAlone) continue;
    if (!isCrowded && hasMedia) folded.row(group, claims);
    const moment = moments === null ? null : momentOf(family, opened);
    if (moment !== null) moments?.put(group, '', moment);
  }
}

/** A staged record and its values. */
interface Opened {
  readonly record: StagedRecord;
  readonly values: JoinedRecord;
}

function claimsOf(family: Family, key: string | null, opened: readonly Opened[], isMarked: (mark: string) => boolean): readonly Claim[] {
  if (family.claims === undefined) return opened.flatMap((each) => recordClaims(family, each));
  const isReadable = ({ record }: Opened): boolean => record.unreadable !== true;
  const others = opened.filter((each) => !isReadable(each)).flatMap((each) => recordClaims(family, each));
  return [
    ...family.claims(
      key,
      opened.filter(isReadable).map(({ values }) => values),
      isMarked,
    ),
    ...others,
  ];
}

function recordClaims(family: Family, { record: staged, values: opened }: Opened): readonly Claim[] {
  // A document that could not be read still belongs to the audio file with its name, and to the audio with the ids in its name.
  if (staged.unreadable === true) {
    const strength = 'other-name' as const;
    const byId = (family.fileKeys?.(staged.path, 'document') ?? []).map((key) => ({ key, by: 'id in the file name', strength }));
    return [{ key: stemKey(staged.path), by: 'file name without extension', strength }, ...byId];
  }
  return family.shapes[staged.shape]?.claims?.(opened) ?? [];
}

/** Returns the first moment that the records of a call state; null if they state none. */
function momentOf({ window }: Family, opened: readonly { readonly values: JoinedRecord }[]): Moment | null {
  for (const { values } of window === undefined ? [] : opened) {
    const moment = window?.ofRecord(values) ?? null;
    if (moment !== null) return moment;
  }
  return null;
}
