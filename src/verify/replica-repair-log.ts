import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderDurable, writeDurable } from '../archive/durable.ts';
import { type Finding, finding } from '../core/finding.ts';
import { logOrigin, parseCheckpoint } from '../log/checkpoint.ts';
import { inspectLog, type LogInspection } from '../log/inspect-log.ts';
import { rememberedCheckpoint } from '../log/key-store.ts';
import { checkpointFile, logFolder } from '../log/log-entry.ts';
import { readBundle } from '../log/log-files.ts';
import { lockLog } from '../log/log-lock.ts';
import { leafHash, sameHash } from '../log/merkle.ts';
import { addLeaf, bundleBytes, type GrowingTree, tilePath, tileWidth, treeRoot, treeSize } from '../log/tile-tree.ts';
import { copyPlain, filesBelow } from './replica-around.ts';
import { placeName } from './replica-check-bag.ts';
import { damageOf, logFiles, sameBytes } from './replica-log.ts';
import type { Copy } from './replica-place.ts';
import { openQuarantine, type Quarantine, type RepairStep } from './replica-quarantine.ts';
import type { AroundTools, PendingEntry } from './replica-repair-around.ts';
import type { RepairCopy } from './replica-repair-bag.ts';

/** A log that entries may be taken from. */
interface Voice {
  readonly copy: Copy;
  readonly found: LogInspection;
}

/** What the copies of a log give together. */
interface Merged {
  /** Files of entries that differ from those of the archive, by path below the archive. */
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly from: string }>;
  /** Entries from the first on, without a gap. */
  readonly size: number;
  /** A signed state of exactly these entries; null where none of the copies has one. */
  readonly checkpoint: { readonly text: string; readonly from: string } | null;
}

/**
 * Puts the archive's log right with entries of replicas: those that are damaged or lost, and those behind its end. An entry counts that the
 * tree of its own copy vouches for; a copy that contradicts the archive in one entry is not believed at all. What follows from the entries
 * is written anew when the log is opened.
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
  const others: Voice[] = [];
  for (const { copy } of copies.filter((one) => one.copy !== primary)) {
    const found = await inspectLog({ dir: copy.dir, id: archive.id }, null, signal);
    if (found.size === 0 || found.tree === null || found.findings.some(({ code }) => code === 'A115')) continue;
    const at = await contradiction({ copy: primary, found: mine }, { copy, found });
    if (at === null) others.push({ copy, found });
    else
      yield finding(
        'R114',
        placeName(copy, logFolder),
        `differs from that of the archive in entry ${at + 1}; it is not believed, and was left as it is`,
      );
  }
  const wrong = mine.bad.size > 0 || mine.lost !== null || mine.tree === null || mine.size === 0;
  if (!wrong && !others.some(({ found }) => found.size > mine.size)) return [];
  if (wrong && others.length === 0) {
    const [first] = damageOf(mine);
    yield finding('R131', logFolder, `is damaged (${first?.code} ${first?.message}), and no other copy of it can be used`);
    return [];
  }
  const merged = await merge({ copy: primary, found: mine }, others, archive.id, keys);
  const steps = [...merged.files].map(([path, { bytes, from }]): RepairStep => ({ path, was: 'differs', from, files: 1, bytes: bytes.length }));
  if (merged.checkpoint !== null)
    steps.push({ path: checkpointFile, was: 'differs', from: merged.checkpoint.from, files: 1, bytes: merged.checkpoint.text.length });
  if (steps.length > 0) {
    const what = `${merged.size} entries, ${mine.size - mine.bad.size} of them good in the archive`;
    if (dryRun) {
      yield finding('R143', logFolder, `could be brought back from ${[...new Set(steps.map(({ from }) => from))].join(', ')}: ${what}`);
      return [];
    }
    const quarantine = await openQuarantine(primary, primary, null, tools.now());
    await writeMerged(merged, steps, primary, quarantine, signal);
    yield finding('R143', logFolder, `was brought back from ${[...new Set(steps.map(({ from }) => from))].join(', ')}: ${what}`);
    yield* stillLost(await inspectLog(place, keys, signal));
    return [{ copy: primary, quarantine }];
  }
  yield* stillLost(mine);
  return [];
}

function* stillLost({ bad, lost, size }: LogInspection): Generator<Finding> {
  if (bad.size > 0) yield finding('R131', logFolder, `${bad.size} entries are good in no copy, the first is entry ${Math.min(...bad) + 1}`);
  if (lost !== null) yield finding('R131', logFolder, `${lost.size - size} entries behind entry ${size} are in no copy any more`);
}

async function entriesOf({ copy, found }: Voice, index: number): Promise<(Uint8Array | null)[]> {
  const entries = (await readBundle(join(copy.dir, logFolder), index))?.entries ?? [];
  const first = index * tileWidth;
  return entries.slice(0, Math.max(0, found.size - first)).map((bytes, at) => (found.bad.has(first + at) ? null : bytes));
}

/** The first entry that is good in both and not the same; null where there is none. */
async function contradiction(mine: Voice, other: Voice): Promise<number | null> {
  for (let index = 0; index * tileWidth < Math.min(mine.found.size, other.found.size); index++) {
    // Where entries and tiles contradict each other, nothing tells which of them is right.
    const [own, theirs] = [mine.found.tree === null ? [] : await entriesOf(mine, index), await entriesOf(other, index)];
    for (const [at, bytes] of own.entries()) {
      const their = theirs[at] ?? null;
      if (bytes !== null && their !== null && Buffer.compare(bytes, their) !== 0) return index * tileWidth + at;
    }
  }
  return null;
}

async function merge(mine: Voice, others: readonly Voice[], id: string | null, keys: string): Promise<Merged> {
  const files = new Map<string, { readonly bytes: Uint8Array; readonly from: string }>();
  const tree: GrowingTree = { full: [], tail: [] };
  const signed = await checkpointsOf(mine, others, id, keys);
  const roots = new Map<number, Uint8Array>();
  const voices = mine.found.tree === null ? others : [mine, ...others];
  for (let index = 0; ; index++) {
    const all = await Promise.all(voices.map(async (voice) => ({ voice, entries: await entriesOf(voice, index) })));
    const entries: Uint8Array[] = [];
    const from = new Set<string>();
    for (let at = 0; at < tileWidth; at++) {
      const good = all.find((one) => (one.entries[at] ?? null) !== null);
      const bytes = good?.entries[at];
      // A gap: what is behind it cannot be placed.
      if (good === undefined || bytes === undefined || bytes === null) break;
      entries.push(bytes);
      if (good.voice !== mine) from.add(good.voice.copy.name);
      addLeaf(tree, leafHash(bytes));
      if (signed.some(({ size }) => size === treeSize(tree))) roots.set(treeSize(tree), treeRoot(tree));
    }
    if (entries.length > 0 && from.size > 0)
      files.set(`${logFolder}/${tilePath({ level: 'entries', index, width: entries.length })}`, {
        bytes: bundleBytes(entries),
        from: [...from].join('+'),
      });
    if (entries.length < tileWidth) break;
  }
  const size = treeSize(tree);
  const fits = signed.find((one) => one.size === size && sameHash(one.root, roots.get(size) ?? new Uint8Array()));
  const own = mine.found.checkpoint;
  const known = own !== null && own.size === size && fits !== undefined && sameHash(own.root, fits.root);
  return { files, size, checkpoint: fits === undefined || known ? null : { text: fits.text, from: fits.from } };
}

/** Signed states of the log, from the archive, this machine's memory and the other copies. */
async function checkpointsOf(
  mine: Voice,
  others: readonly Voice[],
  id: string | null,
  keys: string,
): Promise<{ readonly size: number; readonly root: Uint8Array; readonly text: string; readonly from: string }[]> {
  const remembered = id === null ? null : await rememberedCheckpoint(keys, id);
  const texts = [
    ...[mine, ...others].map(({ copy, found }) => ({ text: found.checkpoint?.text ?? '', from: copy.name })),
    { text: remembered ?? '', from: mine.copy.name },
  ];
  return texts.flatMap(({ text, from }) => {
    const checkpoint = parseCheckpoint(text);
    return checkpoint === null || (id !== null && checkpoint.origin !== logOrigin(id)) ? [] : [{ ...checkpoint, text, from }];
  });
}

/** Entries first, the checkpoint last; what lay there goes to the quarantine. Stopped anywhere, the same again goes on. */
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
  for (const [path, { bytes }] of merged.files) {
    await put(path, bytes);
    // A full file in which entries were damaged hides narrower ones; narrower ones that are damaged are hidden by this one.
  }
  if (merged.checkpoint !== null) await put(checkpointFile, merged.checkpoint.text);
}

async function keep(copy: Copy, path: string, quarantine: Quarantine): Promise<void> {
  const there = lstatSync(join(copy.dir, path), { throwIfNoEntry: false });
  if (there === undefined) return;
  if (there.isFile()) await quarantine.keepFile(path);
  else await quarantine.move(path);
}

/**
 * Puts the log of a replica right from the archive's, where it is damaged: files that differ are kept and replaced, strange ones go. Only
 * where all bags are there that the log tells of; before that it is not to be had.
 */
export async function* repairReplicaLog(
  archive: { readonly id: string | null },
  target: RepairCopy,
  lacking: number,
  tools: AroundTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, PendingEntry[]> {
  const { primary, dryRun } = tools;
  const { copy, readOnly } = target;
  const where = placeName(copy, logFolder);
  const theirs = await inspectLog({ dir: copy.dir, id: archive.id }, null, signal);
  const [wrong] = damageOf(theirs);
  // None at all: a sync brings it.
  if (wrong === undefined || (theirs.size === 0 && logFiles(copy.dir).length === 0)) return [];
  const said = `${wrong.code} ${wrong.place}: ${wrong.message}`;
  const mine = await inspectLog({ dir: primary.dir, id: archive.id }, null, signal);
  if (damageOf(mine).length > 0) {
    yield finding('R131', where, `is damaged (${said}), and so is that of the archive`);
    return [];
  }
  const at = theirs.tree === null ? null : await contradiction({ copy: primary, found: mine }, { copy, found: theirs });
  if (at !== null || theirs.size > mine.size) {
    yield finding(
      'R114',
      where,
      at === null
        ? `has ${theirs.size} entries, that of the archive has ${mine.size}; it was left as it is`
        : `differs from that of the archive in entry ${at + 1}; it was left as it is`,
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
      `is damaged (${said}) and stays so until the ${lacking} bags that ${copy.name} lacks are there: sync, then repair again`,
    );
    return [];
  }
  if (dryRun) {
    yield finding('R130', where, `is damaged (${said}) and would be put right from the archive`);
    return [];
  }
  const quarantine = await openQuarantine(primary, copy, null, tools.now());
  await using _lock = await lockLog(primary, signal);
  const wanted = logFiles(primary.dir);
  const different: string[] = [];
  for (const path of wanted) if (!(await sameBytes(join(primary.dir, path), join(copy.dir, path)))) different.push(path);
  const strange = filesBelow(copy.dir, logFolder).filter((path) => !wanted.includes(path) && existsSync(join(copy.dir, path)));
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
  yield finding('R130', where, `was damaged (${said}) and was put right from the archive; what lay there is in ${quarantine.folder}`);
  return [{ copy, quarantine }];
}
