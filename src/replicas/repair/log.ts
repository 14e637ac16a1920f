import { existsSync, lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { checkpointFile, logFolder } from '../../log/entries/log-entry.ts';
import { parseTilePath } from '../../log/files/files.ts';
import { lockLog } from '../../log/files/lock.ts';
import { witnessFolder } from '../../log/files/witness.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { isDetailsFile } from '../../log/who/entry-details.ts';
import { placeName } from '../copy/check-bag.ts';
import { damageOf, isOfTree, judgeLogFile, logFiles, sameBytes } from '../copy/log.ts';
import { copyPlain, filesBelow } from '../place/around.ts';
import type { Copy } from '../place/place.ts';
import { openQuarantine, type Quarantine, type RepairStep } from '../place/quarantine.ts';
import type { AroundTools, PendingEntry } from './around.ts';
import type { RepairCopy } from './bag.ts';
import { contradiction, type Merged, mergeBest, trustEntries, type Voice, widerFiles } from './log-merge.ts';

/**
 * Repairs the archive's log with entries of replicas: entries that are damaged or lost, and entries beyond its end. An entry counts if the tree of its own copy
 * proves it. A copy that contradicts the archive in one entry is not trusted at all. Files derived from entries are rewritten when the log is next opened.
 */
export async function* repairLog(
  archive: { readonly id: string | null },
  copies: readonly RepairCopy[],
  tools: AroundTools & { readonly keys: string },
  signal: AbortSignal,
): AsyncGenerator<Finding, PendingEntry[]> {
  const { primary, dryRun, keys } = tools;
  const place = { dir: primary.dir, id: archive.id };
  const mine = await inspectLog(place, keys, signal);
  const own: Voice = { copy: primary, found: mine, signed: true };
  const others: Voice[] = [];
  for (const { copy } of copies.filter((one) => one.copy !== primary)) {
    const found = await inspectLog({ dir: copy.dir, id: archive.id }, null, signal);
    if (found.size === 0 || found.tree === null || found.findings.some(({ code }) => code === 'A115')) continue;
    const at = await contradiction(own, { copy, found, signed: false });
    if (at === null) {
      const voice = await trustEntries(copy, found, mine, archive.id, keys);
      if (voice.found.size > 0) others.push(voice);
      const more = found.size - Math.max(voice.found.size, mine.size);
      if (more > 0)
        yield finding(
          'R114',
          placeName(copy, logFolder),
          agree`has ${more} more entr[y|ies] that no trusted signature covers; [it was|they were] not restored`,
        );
    } else
      yield finding(
        'R114',
        placeName(copy, logFolder),
        `differs from that of the archive in entry ${at + 1}; it is not trusted, and was left unchanged`,
      );
  }
  const wrong = mine.bad.size > 0 || mine.lost !== null || mine.tree === null || mine.size === 0;
  if (!wrong && !others.some(({ found }) => found.size > mine.size)) return [];
  if (wrong && others.length === 0) {
    const [first] = damageOf(mine);
    yield finding('R131', logFolder, `is damaged (${first?.code} ${first?.message}), and no other copy of it can be used`);
    return [];
  }
  const merged = await mergeBest(own, others, archive.id, keys);
  const steps = [...merged.files].map(([path, { bytes, from }]): RepairStep => ({ path, was: 'differs', from, files: 1, bytes: bytes.length }));
  if (merged.checkpoint !== null)
    steps.push({ path: checkpointFile, was: 'differs', from: merged.checkpoint.from, files: 1, bytes: merged.checkpoint.text.length });
  if (steps.length > 0) {
    const what = agree`${merged.size} entr[y|ies], ${mine.size - mine.bad.size} of them good in the archive`;
    if (dryRun) {
      yield finding('R143', logFolder, `could be restored from ${[...new Set(steps.map(({ from }) => from))].join(', ')}: ${what}`);
      return [];
    }
    const quarantine = await openQuarantine(primary, primary, null, tools.now());
    await writeMerged(merged, steps, primary, quarantine, signal);
    yield finding('R143', logFolder, `was restored from ${[...new Set(steps.map(({ from }) => from))].join(', ')}: ${what}`);
    yield* stillLost(await inspectLog(place, keys, signal));
    return [{ copy: primary, quarantine }];
  }
  yield* stillLost(mine);
  return [];
}

function* stillLost({ bad, lost, size }: LogInspection): Generator<Finding> {
  if (bad.size > 0)
    yield finding('R131', logFolder, agree`${bad.size} entr[y|ies] [is|are] intact in no copy, the first is entry ${Math.min(...bad) + 1}`);
  if (lost !== null) yield finding('R131', logFolder, agree`${lost.size - size} entr[y|ies] after entry ${size} [is|are] in no copy any more`);
}

/** Writes entries first and the checkpoint last, and moves replaced files to the quarantine. After an interruption a repeated call continues. */
async function writeMerged(merged: Merged, steps: readonly RepairStep[], primary: Copy, quarantine: Quarantine, signal: AbortSignal): Promise<void> {
  const earlier = quarantine.note().steps.filter(({ path }) => !steps.some((step) => step.path === path));
  await quarantine.write({ steps: [...earlier, ...steps] });
  await makeFolderDurable(join(primary.dir, logFolder));
  await using _lock = await lockLog(primary, signal);
  const put = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    await keep(primary, path, quarantine);
    await makeFolderDurable(dirname(join(primary.dir, path)));
    await writeDurable(join(primary.dir, path), bytes);
  };
  if (merged.instead) for (const path of filesBelow(primary.dir, logFolder).filter(isLogFile)) await quarantine.move(path);
  for (const [path, { bytes }] of merged.files) {
    const name = parseTilePath(path.slice(logFolder.length + 1));
    if (name !== null) for (const wider of widerFiles(primary.dir, name.index, name.width)) await quarantine.move(wider);
    await put(path, bytes);
  }
  if (merged.checkpoint !== null) await put(checkpointFile, merged.checkpoint.text);
}

function isLogFile(path: string): boolean {
  return !basename(path).startsWith('.') && !isDetailsFile(path);
}

async function keep(copy: Copy, path: string, quarantine: Quarantine): Promise<void> {
  const there = lstatSync(join(copy.dir, path), { throwIfNoEntry: false });
  if (there === undefined) return;
  if (there.isFile()) await quarantine.keepFile(path);
  else await quarantine.move(path);
}

/**
 * Repairs the damaged log of a replica from the archive's: replaces differing files and keeps them in the quarantine, to which it also moves stray files. All
 * bags that the log names must be present on the replica.
 */
export async function* repairReplicaLog(
  archive: { readonly id: string | null },
  target: RepairCopy,
  lacking: number,
  tools: AroundTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, PendingEntry[]> {
  const { primary, memory, dryRun } = tools;
  const { copy, readOnly } = target;
  const where = placeName(copy, logFolder);
  const theirs = await inspectLog({ dir: copy.dir, id: archive.id }, null, signal);
  const [wrong] = damageOf(theirs);
  // The replica has no log at all; a sync copies it.
  if (wrong === undefined || (theirs.size === 0 && logFiles(copy.dir).length === 0)) return [];
  const said = `${wrong.code} ${wrong.place}: ${wrong.message}`;
  const mine = await inspectLog({ dir: primary.dir, id: archive.id }, null, signal);
  if (damageOf(mine).length > 0) {
    yield finding('R131', where, `is damaged (${said}), and so is the one in the archive`);
    return [];
  }
  const at = theirs.tree === null ? null : await contradiction({ copy: primary, found: mine, signed: true }, { copy, found: theirs, signed: false });
  if (at !== null || theirs.size > mine.size) {
    yield finding(
      'R114',
      where,
      at === null
        ? agree`has ${theirs.size} entr[y|ies], the log of the archive has ${mine.size}; it was left unchanged`
        : `differs from that of the archive in entry ${at + 1}; it was left unchanged`,
    );
    return [];
  }
  if (readOnly !== null) {
    yield finding('R134', where, `is damaged (${said}), and ${copy.dir} cannot be written: ${readOnly}`);
    return [];
  }
  if (lacking > 0) {
    yield finding(
      'R118',
      where,
      agree`is damaged (${said}) and stays so until the ${lacking} bag[s] that ${copy.name} lacks [is|are] there: sync, then repair again`,
    );
    return [];
  }
  if (dryRun) {
    yield finding('R130', where, `is damaged (${said}) and would be repaired from the archive`);
    return [];
  }
  const quarantine = await openQuarantine(primary, copy, null, tools.now());
  await using _lock = await lockLog(primary, signal);
  const wanted = logFiles(primary.dir);
  const different: string[] = [];
  for (const path of wanted) {
    const goes = isOfTree(path) || judgeLogFile(path, primary, copy, memory.stampFiles) === 'copy';
    if (goes && !(await sameBytes(join(primary.dir, path), join(copy.dir, path)))) different.push(path);
  }
  // A stamp or witness file may be the only copy.
  const mayStay = (path: string): boolean => memory.stampFiles.has(path) || path.startsWith(`${witnessFolder}/`);
  const strange = filesBelow(copy.dir, logFolder).filter(
    (path) => !wanted.includes(path) && !mayStay(path) && !isDetailsFile(path) && existsSync(join(copy.dir, path)),
  );
  const steps = [
    ...strange.map((path): RepairStep => ({ path, was: 'unexpected', from: null, files: 0, bytes: 0 })),
    ...different.map((path): RepairStep => ({ path, was: 'differs', from: primary.name, files: 1, bytes: lstatSync(join(primary.dir, path)).size })),
  ];
  const earlier = quarantine.note().steps.filter(({ path }) => !steps.some((step) => step.path === path));
  await quarantine.write({ steps: [...earlier, ...steps] });
  for (const path of strange) await quarantine.move(path);
  for (const path of different) {
    signal.throwIfAborted();
    await keep(copy, path, quarantine);
    await copyPlain(primary.dir, copy.dir, path);
  }
  yield finding('R130', where, `was damaged (${said}) and was repaired from the archive; the previous content is in ${quarantine.folder}`);
  return [{ copy, quarantine }];
}
