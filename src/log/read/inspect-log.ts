import { join } from 'node:path';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { KeyChain } from '../entries/key-chain.ts';
import { checkpointFile, logFolder } from '../entries/log-entry.ts';
import { checkTiles } from '../files/check-tiles.ts';
import { type LogPlace, treeSides, type Walk, walkLog } from '../files/walk-log.ts';
import { type KeptCheckpoint, readKeptCheckpoints } from '../keys/kept-checkpoints.ts';
import {
  type FoundCheckpoint,
  isOurs,
  isVouchedFor,
  type LogMemory,
  memoryProblem,
  readCheckpoint,
  readLogMemory,
  type SignedState,
  signatureProblem,
} from '../keys/vouching.ts';
import { type Checkpoint, logOrigin } from '../tree/checkpoint.ts';
import { sameHash } from '../tree/merkle.ts';
import { type GrowingTree, tilePath, tileWidth, treeRoot } from '../tree/tile-tree.ts';

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
  /** The checkpoint's file, whoever signed it; null where it is none. */
  readonly checkpoint: (Checkpoint & { readonly text: string }) | null;
  /** Why nothing may be entered before it is put right: the finding that says so. Null: the log may be gone on with. */
  readonly obstacle: Finding | null;
}

/**
 * Reads the whole log and holds its entries, its tiles, its checkpoint and what this machine remembers of it against each other: A110 no log,
 * A111 an entry that was altered, A112 a tile that does not follow from the entries, A113 leftovers of a stopped append, A114 a beginning that is lost,
 * A115 the log of another archive, A116 an end that is lost, A117 a checkpoint that does not fit, L101 entries that are missing, L102 another history than
 * this machine saw, L103 a key that nobody vouched for, L116 a memory that is none, L118 another history than was stamped or witnessed, L119 an end
 * that is lost as far as an unknown key can be believed, L130 a kept checkpoint that was altered. Memory: 32 bytes for 256 entries.
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

async function inspectOnce(archive: LogPlace, memoryFolder: string | null, signal: AbortSignal): Promise<LogInspection> {
  const log = join(archive.dir, logFolder);
  // In this order: a run that is writing now may only be ahead of what is read before.
  const memory = await readLogMemory(memoryFolder, archive.id);
  const candidates = await readKeptCheckpoints(archive.dir);
  const read = await readCheckpoint(archive.dir);
  const sizes = [read.checkpoint?.size, memory.seen?.size, ...candidates.map(({ size }) => size)].filter((size) => size !== undefined);
  const walk = await walkLog(archive, log, sizes, signal);
  const forgotten = walk.total === 0 ? null : memoryProblem(memory, walk.keys, archive.id);
  const seen = forgotten === null ? memory.seen : null;
  const base = { keys: walk.keys, checkpoint: read.checkpoint, remembers: seen !== null };
  if (walk.total === 0) {
    return {
      ...base,
      findings: [finding('A110', logFolder, 'the log is missing or empty')],
      size: 0,
      bad: new Set(),
      tree: { full: [], tail: [] },
      lost: seen ?? read.checkpoint,
      badTiles: [],
      leftovers: [],
      obstacle: null,
    };
  }
  const kept = candidates.find((one) => isOurs(one, walk.keys, memory) && !walk.gaveUp(one.size)) ?? null;
  const [beyond, altered] = kept === null ? beyondTheEnd(candidates, archive, walk) : [];
  const claims = compareClaims(archive, read, memory, { seen, kept }, walk);
  const { size, lost, signed } = claims;
  const judged = judge(walk, lost === null ? claims.wanted : signed?.size === size ? signed : null, size);
  const findings = [...walk.findings(size), ...claims.findings];
  if (forgotten !== null) findings.push(finding('L116', logFolder, `what this machine remembers of it cannot be believed: ${forgotten}`));
  if (beyond !== undefined)
    findings.push(finding('L119', beyond.file, `it counts ${beyond.size} entries, the log has ${size}, and names no key that signed it`));
  if (altered !== undefined)
    findings.push(
      finding(
        'L130',
        altered.file,
        `it counts ${altered.size} entries, the log has ${size}; its signature in the name of a key of the log does not fit`,
      ),
    );
  const { unsigned } = claims;
  // Where the entry that names the key is damaged, that is said by itself.
  if (unsigned !== null && !(judged.bad.size > 0 && (signed !== null || judged.bad.has(0)))) findings.push(unsigned);
  // Of another history nothing fits; that has been said.
  const forked = claims.findings.some(({ code }) => code === 'L102' || code === 'L118');
  for (const one of judged.findings) if (!forked || one.code !== 'A117') findings.push(one);
  const tiles = await checkTiles(log, judged, size, signal);
  for (const one of tiles.findings) findings.push(one);
  const contradictory = finding('L105', logFolder, `of ${size} entries, ${judged.bad.size} do not fit, and nothing agrees with what was signed`);
  const obstacle =
    findings.find(({ code }) => code === 'L102' || code === 'L116' || code === 'L118') ??
    (claims.wanted === null ? nobody(size, read) : judged.tree === null ? contradictory : null);
  return { ...base, findings, size, bad: judged.bad, tree: judged.tree, lost, badTiles: tiles.bad, leftovers: tiles.leftovers, obstacle };
}

/** True for a checkpoint of this log that counts more entries than are there, whoever signed it: its key may have been named among those. */
function isBeyond({ size, origin }: KeptCheckpoint, { id }: LogPlace, walk: Walk): boolean {
  return size > walk.total && !walk.gaveUp(size) && (id === null || origin === logOrigin(id));
}

/**
 * The largest checkpoint beyond the end whose key is not known, which may tell that the end is lost; and the largest with a signature in the name of a key of the log. Had that key
 * signed it, it would fit: such a file was altered, and says nothing about the log.
 */
function beyondTheEnd(
  candidates: readonly KeptCheckpoint[],
  archive: LogPlace,
  walk: Walk,
): readonly [KeptCheckpoint | undefined, KeptCheckpoint | undefined] {
  const beyond = candidates.filter((one) => isBeyond(one, archive, walk));
  const isAltered = ({ note }: KeptCheckpoint): boolean => note.signatures.some((signature) => walk.keys.names(signature));
  return [beyond.find((one) => !isAltered(one)), beyond.find(isAltered)];
}

/** To sign what nobody has signed would make a forgery good. */
function nobody(size: number, { checkpoint }: FoundCheckpoint): Finding {
  const what = checkpoint === null ? 'no checkpoint is there' : 'the checkpoint is not signed with its key';
  return finding('L105', logFolder, `${what}, and this machine does not remember a log of just these ${size} entries: nothing vouches for them`);
}

/** What is said of a log from outside of its entries. */
interface Claims {
  readonly findings: readonly Finding[];
  /** A117: what is wrong with the signature of the checkpoint. */
  readonly unsigned: Finding | null;
  /** The checkpoint, where it is one that counts. */
  readonly signed: Checkpoint | null;
  /** The state that decides; null where nobody vouches for one. */
  readonly wanted: Checkpoint | null;
  readonly lost: Checkpoint | null;
  readonly size: number;
}

/** States of the log that must be part of it: what this machine has seen, and what a stamp or a witness left in the archive. */
interface Earlier {
  readonly seen: SignedState | null;
  readonly kept: KeptCheckpoint | null;
}

/** Holds the checkpoint and what is known of earlier states against each other and against what is there. */
function compareClaims(archive: LogPlace, { checkpoint, problem }: FoundCheckpoint, memory: LogMemory, { seen, kept }: Earlier, walk: Walk): Claims {
  const findings: Finding[] = [];
  const { total } = walk;
  let signed: Checkpoint | null = null;
  let unsigned: Finding | null = null;
  if (checkpoint === null) findings.push(finding('A117', checkpointFile, problem ?? 'it is none'));
  else if (archive.id !== null && checkpoint.origin !== logOrigin(archive.id))
    findings.push(finding('A115', checkpointFile, 'it does not carry the id of this archive'));
  else {
    const wrong = signatureProblem(checkpoint, walk.keys);
    if (wrong !== null) unsigned = finding('A117', checkpointFile, wrong);
    if (isVouchedFor(checkpoint, walk.keys, memory)) signed = checkpoint;
  }
  if (seen !== null && isFork(seen, signed, walk))
    findings.push(
      finding('L102', checkpointFile, `it does not continue the ${seen.size} entries that this machine has seen: the log was written anew`),
    );
  else if (kept !== null && isFork(kept, signed, walk))
    findings.push(finding('L118', checkpointFile, `it does not continue the ${kept.size} entries of ${kept.file}: the log was written anew`));
  const byKept = kept !== null && kept.size > (seen?.size ?? -1);
  const most = byKept ? kept : seen;
  let wanted = signed;
  if (most !== null && most.size > (signed?.size ?? -1)) {
    const says = byKept ? `${kept.file} counts` : 'this machine has seen';
    if (signed !== null && total >= most.size)
      findings.push(finding('A117', checkpointFile, `it says that the log has ${signed.size} entries, ${says} ${most.size}`));
    // Entries behind those that are known may be anybody's where no signature counts them.
    wanted = signed === null && total > most.size ? null : most;
  }
  const lost = wanted !== null && wanted.size > total ? wanted : null;
  if (lost !== null) {
    const by = lost !== most ? `${checkpointFile} says that there were` : byKept ? `${kept.file} says that there were` : 'this machine has seen';
    findings.push(finding('A116', logFolder, `it ends with entry ${total}, ${by} ${lost.size}`));
  }
  const size = lost === null ? (wanted?.size ?? total) : signed !== null && signed.size <= total ? signed.size : total;
  return { findings, unsigned, signed, wanted, lost, size };
}

/** True where what was signed is no continuation of an earlier state. Damage is none: then neither fits. */
function isFork(seen: Checkpoint, signed: Checkpoint | null, walk: Walk): boolean {
  // One and the same tree must have both: entries of one history with the tiles of another have each of them.
  if (signed === null)
    return seen.size <= walk.total && ![...walk.differ, ...walk.noEntry].some((at) => at < seen.size) && !walk.has('byEntries', seen);
  if (seen.size >= signed.size) return seen.size === signed.size && !sameHash(seen.root, signed.root);
  const fitting = treeSides.filter((side) => walk.has(side, signed));
  return fitting.length > 0 && !fitting.some((side) => walk.has(side, seen));
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
