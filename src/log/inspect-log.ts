import { join } from 'node:path';
import { type Finding, finding } from '../core/finding.ts';
import { limits } from '../core/limits.ts';
import { checkTiles } from './check-tiles.ts';
import { type Checkpoint, logOrigin, parseCheckpoint } from './checkpoint.ts';
import { createKeyChain, type KeyChain } from './key-chain.ts';
import { rememberedCheckpoint } from './key-store.ts';
import { checkpointFile, logFolder, parseEntry } from './log-entry.ts';
import { readBundle, readSmallFile, readTile } from './log-files.ts';
import { leafHash, sameHash } from './merkle.ts';
import { checkSignature } from './signed-note.ts';
import { addLeaf, type GrowingTree, tilePath, tileWidth, treeRoot, treeSize } from './tile-tree.ts';

/** Whose log it is. */
export interface LogPlace {
  readonly dir: string;
  /** Null where longplay.json cannot be read: then nothing is said about whose log it is. */
  readonly id: string | null;
}

/** What a log is found to be. */
export interface LogInspection {
  /** All that is wrong, nothing twice. */
  readonly findings: readonly Finding[];
  /** Entries that are there, unreadable ones among them. */
  readonly size: number;
  /** Indexes of entries that are not what was entered, or are lost. */
  readonly bad: ReadonlySet<number>;
  /** The tree that agrees with what was signed, or the only one that there is; null where there are two and none does. */
  readonly tree: GrowingTree | null;
  /** What was signed and is beyond the end. */
  readonly lost: Checkpoint | null;
  /** Tiles that do not follow from the entries, as paths below `log/`. */
  readonly badTiles: readonly string[];
  /** Files of entries beyond the end, which an append that was stopped left. */
  readonly leftovers: readonly string[];
  /** True where this machine has seen a state of the log before. */
  readonly remembers: boolean;
  readonly keys: KeyChain;
  /** The signed state; null where the file is none. */
  readonly checkpoint: (Checkpoint & { readonly text: string }) | null;
}

/**
 * Reads the whole log and holds its entries, its tiles, its checkpoint and what this machine remembers of it against each other: A110 no log,
 * A111 an entry that was altered, A112 a tile that does not follow from the entries, A113 leftovers of a stopped append, A114 a beginning that is lost,
 * A115 the log of another archive, A116 an end that is lost, A117 a checkpoint that does not fit, L101 entries that are missing, L102 another history than
 * this machine saw, L103 a key that nobody vouched for. Memory: 32 bytes for 256 entries.
 * @param memory folder of this machine's keys and memory; null: nothing is remembered
 */
export async function inspectLog(archive: LogPlace, memory: string | null, signal: AbortSignal): Promise<LogInspection> {
  for (let attempt = 1; ; attempt++) {
    const found = await inspectOnce(archive, memory, signal);
    // Somebody entered something meanwhile: what was read then does not fit together.
    const after = (await readCheckpoint(archive.dir)).checkpoint?.text;
    if (after === found.checkpoint?.text || attempt === limits.logReadings) return found;
  }
}

async function inspectOnce(archive: LogPlace, memory: string | null, signal: AbortSignal): Promise<LogInspection> {
  const log = join(archive.dir, logFolder);
  // In this order: a run that is writing now may only be ahead of what is read before.
  const seen = memory === null || archive.id === null ? null : parseCheckpoint((await rememberedCheckpoint(memory, archive.id)) ?? '');
  const read = await readCheckpoint(archive.dir);
  const walk = await walkEntries(archive, log, [read.checkpoint?.size, seen?.size], signal);
  const findings: Finding[] = [...walk.findings];
  const { total } = walk;
  const base = { keys: walk.keys, checkpoint: read.checkpoint, remembers: seen !== null };
  if (total === 0) {
    const lost = seen ?? read.checkpoint;
    return {
      ...base,
      findings: [finding('A110', logFolder, 'the log is missing or empty')],
      size: 0,
      bad: new Set(),
      tree: { full: [], tail: [] },
      lost,
      badTiles: [],
      leftovers: [],
    };
  }
  if (read.problem !== null) findings.push(finding('A117', checkpointFile, read.problem));
  let wanted: Checkpoint | null = read.checkpoint;
  if (archive.id !== null && wanted !== null && wanted.origin !== logOrigin(archive.id)) {
    findings.push(finding('A115', checkpointFile, 'it does not carry the id of this archive'));
    wanted = null;
  } else if (read.checkpoint !== null) findings.push(...signatureProblem(read.checkpoint, walk));
  if (seen !== null && seen.size > (wanted?.size ?? -1)) {
    if (wanted !== null && total >= seen.size)
      findings.push(finding('A117', checkpointFile, `it says that the log has ${wanted.size} entries, this machine has seen ${seen.size}`));
    wanted = seen;
  } else if (seen !== null && wanted !== null && isFork(seen, wanted, walk)) {
    findings.push(
      finding('L102', checkpointFile, `it does not continue the ${seen.size} entries that this machine has seen: the log was written anew`),
    );
  }
  const lost = wanted !== null && wanted.size > total ? wanted : null;
  if (lost !== null) {
    const by = lost === seen ? 'this machine has seen' : `${checkpointFile} says that there were`;
    findings.push(finding('A116', logFolder, `it ends with entry ${total}, ${by} ${lost.size}`));
  }
  const size = lost === null ? (wanted?.size ?? total) : total;
  const judged = judge(walk, wanted === null || lost !== null ? null : wanted, size);
  findings.push(...judged.findings);
  const tiles = await checkTiles(log, judged, size, signal);
  findings.push(...tiles.findings);
  return { ...base, findings, size, bad: judged.bad, tree: judged.tree, lost, badTiles: tiles.bad, leftovers: tiles.leftovers };
}

async function readCheckpoint(dir: string): Promise<{
  readonly checkpoint: LogInspection['checkpoint'];
  readonly problem: string | null;
}> {
  const bytes = await readSmallFile(join(dir, checkpointFile), limits.signedNoteBytes);
  if (bytes === null) return { checkpoint: null, problem: 'it is missing: nothing tells whether the end of the log is there' };
  const text = Buffer.from(bytes).toString('utf8');
  const checkpoint = parseCheckpoint(text);
  return checkpoint === null
    ? { checkpoint: null, problem: 'it is not what longplay writes' }
    : { checkpoint: { ...checkpoint, text }, problem: null };
}

/** True where what was signed is no continuation of what this machine has seen. Damage is none: then neither fits. */
function isFork(seen: Checkpoint, signed: Checkpoint, walk: Walk): boolean {
  if (seen.size === signed.size) return !sameHash(seen.root, signed.root);
  return seen.size <= walk.total && walk.agrees(signed) && !walk.agrees(seen);
}

function signatureProblem(checkpoint: Checkpoint & { readonly text: string }, { keys, differ, noEntry }: Walk): Finding[] {
  const note = parseCheckpoint(checkpoint.text)?.note;
  const key = keys.inForce(checkpoint.size);
  // Where the first entry is damaged, that has been said.
  if (key === null && (differ.includes(0) || noEntry.includes(0))) return [];
  if (note === undefined || key === null) return [finding('A117', checkpointFile, 'no entry of the log names the key that signs it')];
  const { verdict } = checkSignature(note, key);
  if (verdict === 'valid') return [];
  const what = verdict === 'absent' ? 'it carries no signature of the key' : 'its signature does not fit the key';
  return [finding('A117', checkpointFile, `${what} ${key.id} that the log names`)];
}

/** A tree as it was at some size. */
interface Snapshot {
  readonly fullTiles: number;
  readonly tail: GrowingTree['tail'];
}

/** What entries and tiles of level 0 say, side by side. */
interface Walk {
  /** Entries for which there is an entry or a hash. */
  readonly total: number;
  readonly findings: readonly Finding[];
  readonly byEntries: GrowingTree;
  readonly byTiles: GrowingTree;
  readonly keys: KeyChain;
  /** Indexes where an entry has another hash than its tile. */
  readonly differ: readonly number[];
  /** Indexes without an entry that can be read. */
  readonly noEntry: readonly number[];
  /** Tiles of level 0 that hold fewer hashes than there are entries, by index, with how many they hold. */
  readonly noTile: ReadonlyMap<number, number>;
  at(tree: 'byEntries' | 'byTiles', size: number): GrowingTree | null;
  /** True where entries or tiles have that root at that size. */
  agrees(state: Checkpoint): boolean;
}

async function walkEntries(archive: LogPlace, log: string, sizes: readonly (number | undefined)[], signal: AbortSignal): Promise<Walk> {
  const findings: Finding[] = [];
  const trees = { byEntries: { full: [], tail: [] } as GrowingTree, byTiles: { full: [], tail: [] } as GrowingTree };
  const snapshots = new Map<string, Snapshot>();
  const keys = createKeyChain(archive.id);
  const differ: number[] = [];
  const noEntry: number[] = [];
  const noTile = new Map<number, number>();
  let total = 0;
  const note = (): void => {
    if (!sizes.includes(total)) return;
    for (const [name, { full, tail }] of Object.entries(trees)) snapshots.set(`${name} ${total}`, { fullTiles: full.length, tail: [...tail] });
  };
  note();
  for (let index = 0; ; index++) {
    signal.throwIfAborted();
    const [bundle, tile] = [await readBundle(log, index), await readTile(log, 0, index)];
    const [entries, hashes] = [bundle?.entries ?? [], tile?.hashes ?? []];
    const count = Math.max(entries.length, hashes.length);
    if (hashes.length < count) noTile.set(index, hashes.length);
    for (let at = 0; at < count; at++) {
      const bytes = entries[at];
      const entry = bytes === undefined ? null : parseEntry(bytes, total + 1);
      const [mine, stated] = [bytes === undefined ? null : leafHash(bytes), hashes[at] ?? null];
      if (bytes === undefined) noEntry.push(total);
      else if (stated === null ? entry === null : mine !== null && !sameHash(mine, stated)) differ.push(total);
      const [leaf, other] = [mine ?? stated, stated ?? mine];
      if (leaf === null || other === null) throw new Error('an entry without bytes and without a hash');
      addLeaf(trees.byEntries, leaf);
      addLeaf(trees.byTiles, other);
      total++;
      if (entry !== null) keys.take(entry);
      if (entry?.type === 'log-shortened')
        findings.push(finding('A116', `${logFolder}:${total}`, 'a run found that entries before this one were lost'));
      if (total === 1 && entry !== null && entry.type !== 'archive-created')
        findings.push(
          finding('A114', `${logFolder}:1`, `the log begins with ${JSON.stringify(entry.type.slice(0, 40))}; what was entered before is lost`),
        );
      if (total === 1 && entry !== null && archive.id !== null && entry.detail.archive !== archive.id)
        findings.push(finding('A115', `${logFolder}:1`, 'the first entry does not carry the id of this archive'));
      note();
    }
    if (count < 256) break;
  }
  findings.push(...keys.findings());
  const at: Walk['at'] = (name, size) => {
    const tree = trees[name];
    if (size === treeSize(tree)) return tree;
    const snapshot = snapshots.get(`${name} ${size}`);
    return snapshot === undefined ? null : { full: tree.full.slice(0, snapshot.fullTiles), tail: snapshot.tail };
  };
  const agrees: Walk['agrees'] = ({ size, root }) =>
    (['byEntries', 'byTiles'] as const).some((name) => {
      const tree = at(name, size);
      return tree !== null && sameHash(treeRoot(tree), root);
    });
  return { total, findings, ...trees, keys, differ, noEntry, noTile, at, agrees };
}

/** Which of the two is right: what was signed decides. Without that, they must agree. */
function judge(
  walk: Walk,
  signed: Checkpoint | null,
  size: number,
): { readonly findings: Finding[]; readonly bad: ReadonlySet<number>; readonly tree: GrowingTree | null; readonly badTiles: readonly number[] } {
  const differ = walk.differ.filter((index) => index < size);
  const noEntry = walk.noEntry.filter((index) => index < size);
  const [byEntries, byTiles] = [walk.at('byEntries', size), walk.at('byTiles', size)];
  const fits = (tree: GrowingTree | null): boolean => tree !== null && signed !== null && sameHash(treeRoot(tree), signed.root);
  const [entriesFit, tilesFit] = [fits(byEntries), fits(byTiles)];
  const findings: Finding[] = [];
  // An append that was stopped leaves entries beyond what was signed, whose hashes are not there yet.
  const noTile = [...walk.noTile].filter(([index, there]) => there < Math.min(tileWidth, size - index * tileWidth)).map(([index]) => index);
  const tileIndexes = new Set([...differ.map((index) => Math.floor(index / 256)), ...noTile]);
  const lostFiles = new Set(noEntry.map((index) => Math.floor(index / 256)));
  for (const index of lostFiles) {
    const lost = noEntry.filter((at) => Math.floor(at / 256) === index);
    findings.push(
      finding(
        'L101',
        `${logFolder}/${tilePath({ level: 'entries', index, width: 256 })}`,
        `${lost.length === 1 ? 'an entry is' : `${lost.length} entries are`} missing, the first is entry ${(lost[0] ?? 0) + 1}`,
      ),
    );
  }
  const tilesAreWrong = entriesFit && !tilesFit;
  if (!tilesAreWrong)
    for (const index of differ)
      findings.push(finding('A111', `${logFolder}:${index + 1}`, 'the entry is not what longplay entered: its hash does not fit'));
  if (signed !== null && !entriesFit && !tilesFit && differ.length === 0 && noEntry.length === 0)
    findings.push(finding('A117', checkpointFile, `its root is not that of the ${size} entries`));
  const bad = new Set([...(tilesAreWrong ? [] : differ), ...noEntry]);
  const agreed = differ.length === 0 ? byEntries : null;
  const tree = entriesFit ? byEntries : tilesFit ? byTiles : signed === null ? agreed : null;
  // Where the entries are wrong their tiles are right.
  return { findings, bad, tree, badTiles: tilesFit && !entriesFit ? noTile : [...tileIndexes] };
}
