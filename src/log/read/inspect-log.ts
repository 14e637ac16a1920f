import { join } from 'node:path';
import { agree } from '../../core/base/agree.ts';
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

/** Result of inspecting a log. */
export interface LogInspection {
  /** All faults, without duplicates. */
  readonly findings: readonly Finding[];
  /** Number of entries, including unreadable ones. */
  readonly size: number;
  /** Indexes of entries that were altered or are lost. */
  readonly bad: ReadonlySet<number>;
  /** The tree that matches the signed checkpoint, or the only one; null if there are two and neither matches. */
  readonly tree: GrowingTree | null;
  /** Signed state beyond the end. */
  readonly lost: Checkpoint | null;
  /** True if nothing but the memory of this machine states that the log had more entries: `lost` is then the state that it has seen. */
  readonly isBehindMemory: boolean;
  /** Tiles that differ from the entries, as paths below `log/`. */
  readonly badTiles: readonly string[];
  /** Files of entries beyond the end, which an interrupted append left. */
  readonly leftovers: readonly string[];
  /** True if this machine has seen a state of the log before. */
  readonly remembers: boolean;
  readonly keys: KeyChain;
  /** The checkpoint in the file, whoever signed it; null if the file is invalid. */
  readonly checkpoint: (Checkpoint & { readonly text: string }) | null;
  /** Finding that prevents new entries until it is resolved; null: the log may be continued. */
  readonly obstacle: Finding | null;
}

/**
 * Reads the whole log and compares its entries, its tiles, its checkpoint and what this machine remembers: A110 no log, A111 an altered entry, A112 a
 * tile that differs from the entries, A113 leftovers of an interrupted append, A114 a lost beginning, A115 the log of another archive, A116 a lost
 * end, A117 a checkpoint that does not match, L101 missing entries, L102 another history than this machine saw, L103 a key that was replaced without
 * a signature, L116 an invalid memory, L118 another history than was stamped or witnessed, L119 a possibly lost end by an unknown key, L130 an
 * altered stored checkpoint. Memory: 32 bytes per 256 entries.
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function inspectLog(archive: LogPlace, memory: string | null, signal: AbortSignal): Promise<LogInspection> {
  return await unchanged(archive, async () => await withTiles(archive, await judgeEntries(archive, memory, signal), signal));
}

/**
 * Reads the whole log as `inspectLog` does, and returns which of its entries count. It does not compare the files of tiles with each other: a log that grew
 * entry by entry has up to 510 of them, and they decide nothing about the entries.
 */
export async function inspectEntries(archive: LogPlace, memory: string | null, signal: AbortSignal): Promise<Pick<LogInspection, 'size' | 'bad'>> {
  const { size, bad } = await unchanged(archive, async () => await judgeEntries(archive, memory, signal));
  return { size, bad };
}

/** Inspects a log again if something was logged meanwhile, because the results are then inconsistent. */
async function unchanged<Found extends Pick<LogInspection, 'checkpoint'>>(archive: LogPlace, inspect: () => Promise<Found>): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    const found = await inspect();
    const after = (await readCheckpoint(archive.dir)).checkpoint?.text;
    if (after === found.checkpoint?.text || attempt === limits.logReadings) return found;
  }
}

/** What an inspection finds without comparing the files of tiles with each other. */
interface JudgedEntries extends Omit<LogInspection, 'badTiles' | 'leftovers'> {
  /** Level 0 tiles that are known to be wrong. */
  readonly wrongTiles: readonly number[];
}

/** Compares the tiles of a log with its judged entries. */
async function withTiles(archive: LogPlace, { wrongTiles, ...judged }: JudgedEntries, signal: AbortSignal): Promise<LogInspection> {
  if (judged.findings.some(({ code }) => code === 'A110')) return { ...judged, badTiles: [], leftovers: [] };
  const tiles = await checkTiles(join(archive.dir, logFolder), { ...judged, badTiles: wrongTiles }, judged.size, signal);
  return { ...judged, findings: [...judged.findings, ...tiles.findings], badTiles: tiles.bad, leftovers: tiles.leftovers };
}

async function judgeEntries(archive: LogPlace, memoryFolder: string | null, signal: AbortSignal): Promise<JudgedEntries> {
  const log = join(archive.dir, logFolder);
  // The order matters: an active run can only be ahead of what was read first.
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
      isBehindMemory: false,
      wrongTiles: [],
      obstacle: null,
    };
  }
  const kept = candidates.find((one) => isOurs(one, walk.keys, memory) && !walk.gaveUp(one.size)) ?? null;
  const [beyond, altered] = kept === null ? beyondTheEnd(candidates, archive, walk) : [];
  const claims = compareClaims(archive, read, memory, { seen, kept }, walk);
  const { size, lost, isBehindMemory, signed } = claims;
  const judged = judge(walk, lost === null ? claims.wanted : signed?.size === size ? signed : null, size);
  const findings = [...walk.findings(size), ...claims.findings];
  if (forgotten !== null)
    findings.push(
      finding(
        'L116',
        logFolder,
        `the checkpoint of it that this machine stored beside its key is invalid: ${forgotten}; if the log is right: longplay log remember ARCHIVE`,
      ),
    );
  if (beyond !== undefined)
    findings.push(finding('L119', beyond.file, agree`it counts ${beyond.size} entr[y|ies], but the log has ${size} and names no key that signed it`));
  if (altered !== undefined)
    findings.push(
      finding(
        'L130',
        altered.file,
        agree`it counts ${altered.size} entr[y|ies], but the log has ${size}; its signature under the name of a key of the log is wrong`,
      ),
    );
  const { unsigned } = claims;
  // If the entry that names the key is damaged, that is reported on its own.
  if (unsigned !== null && !(judged.bad.size > 0 && (signed !== null || judged.bad.has(0)))) findings.push(unsigned);
  // Nothing matches another history; L102 or L118 already says so.
  const forked = claims.findings.some(({ code }) => code === 'L102' || code === 'L118');
  for (const one of judged.findings) if (!forked || one.code !== 'A117') findings.push(one);
  const contradictory = finding(
    'L105',
    logFolder,
    agree`${judged.bad.size} of ${size} entr[y|ies] [is|are] wrong, and nothing matches the signed state`,
  );
  const obstacle =
    findings.find(({ code }) => code === 'L102' || code === 'L116' || code === 'L118') ??
    (claims.wanted === null ? nobody(size, read) : judged.tree === null ? contradictory : null);
  return { ...base, findings, size, bad: judged.bad, tree: judged.tree, lost, isBehindMemory, wrongTiles: judged.badTiles, obstacle };
}

/**
 * Returns true for a checkpoint of this log that counts more entries than there are. It does not matter who signed it: the missing entries may have
 * named its key.
 */
function isBeyond({ size, origin }: KeptCheckpoint, { id }: LogPlace, walk: Walk): boolean {
  return size > walk.total && !walk.gaveUp(size) && (id === null || origin === logOrigin(id));
}

/**
 * Returns two checkpoints that count more entries than there are: the largest one with an unknown key, which may show that the end is lost, and the
 * largest one with a wrong signature under the name of a key of the log. The latter was altered: it would be valid if that key had signed it, so it
 * says nothing about the log.
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

/** Returns the finding on entries that nothing confirms. Signing them would validate a forgery. */
function nobody(size: number, { checkpoint }: FoundCheckpoint): Finding {
  const what = checkpoint === null ? 'there is no checkpoint' : 'the checkpoint is not signed with its key';
  return finding(
    'L105',
    logFolder,
    agree`${what}, and this machine does not remember a log with exactly these ${size} entr[y|ies]: nothing confirms them`,
  );
}

/** What the checkpoint and earlier states claim about a log. */
interface Claims {
  readonly findings: readonly Finding[];
  /** A117: the problem with the signature of the checkpoint. */
  readonly unsigned: Finding | null;
  /** The checkpoint, if it is trusted. */
  readonly signed: Checkpoint | null;
  /** The state that decides which entries count; null if none is trusted. */
  readonly wanted: Checkpoint | null;
  readonly lost: Checkpoint | null;
  readonly isBehindMemory: boolean;
  readonly size: number;
}

/** States that must be part of the log: the one that this machine has seen, and one that a stamp or a witness left in the archive. */
interface Earlier {
  readonly seen: SignedState | null;
  readonly kept: KeptCheckpoint | null;
}

/** Compares the checkpoint and known earlier states with each other and with the log. */
function compareClaims(archive: LogPlace, { checkpoint, problem }: FoundCheckpoint, memory: LogMemory, { seen, kept }: Earlier, walk: Walk): Claims {
  const findings: Finding[] = [];
  const { total } = walk;
  let signed: Checkpoint | null = null;
  let unsigned: Finding | null = null;
  if (checkpoint === null) findings.push(finding('A117', checkpointFile, problem ?? 'it is invalid'));
  else if (archive.id !== null && checkpoint.origin !== logOrigin(archive.id))
    findings.push(finding('A115', checkpointFile, 'it does not have the id of this archive'));
  else {
    const wrong = signatureProblem(checkpoint, walk.keys);
    if (wrong !== null) unsigned = finding('A117', checkpointFile, wrong);
    if (isVouchedFor(checkpoint, walk.keys, memory)) signed = checkpoint;
  }
  if (seen !== null && isFork(seen, signed, walk))
    findings.push(
      finding('L102', checkpointFile, agree`it does not continue the ${seen.size} entr[y|ies] that this machine has seen: the log was rewritten`),
    );
  else if (kept !== null && isFork(kept, signed, walk))
    findings.push(finding('L118', checkpointFile, agree`it does not continue the ${kept.size} entr[y|ies] of ${kept.file}: the log was rewritten`));
  const byKept = kept !== null && kept.size > (seen?.size ?? -1);
  const most = byKept ? kept : seen;
  let wanted = signed;
  if (most !== null && most.size > (signed?.size ?? -1)) {
    const says = byKept ? `${kept.file} counts` : 'this machine has seen';
    if (signed !== null && total >= most.size)
      findings.push(finding('A117', checkpointFile, agree`it states that the log has ${signed.size} entr[y|ies], but ${says} ${most.size}`));
    // If no signature covers them, anybody may have written the entries after the known ones.
    wanted = signed === null && total > most.size ? null : most;
  }
  const lost = wanted !== null && wanted.size > total ? wanted : null;
  if (lost !== null) {
    const by = lost !== most ? `${checkpointFile} states that there were` : byKept ? `${kept.file} states that there were` : 'this machine has seen';
    findings.push(finding('A116', logFolder, `it ends with entry ${total}, but ${by} ${lost.size}`));
  }
  const size = lost === null ? (wanted?.size ?? total) : signed !== null && signed.size <= total ? signed.size : total;
  const isBehindMemory = lost !== null && lost === seen && (kept === null || kept.size <= total);
  return { findings, unsigned, signed, wanted, lost, isBehindMemory, size };
}

/** Returns true if the signed state does not continue an earlier one. Damage is not a fork: the log then matches neither of the two states. */
function isFork(seen: Checkpoint, signed: Checkpoint | null, walk: Walk): boolean {
  // One tree must have both states: entries of one history with tiles of another would match one state each.
  if (signed === null)
    return seen.size <= walk.total && ![...walk.differ, ...walk.noEntry].some((at) => at < seen.size) && !walk.has('byEntries', seen);
  if (seen.size >= signed.size) return seen.size === signed.size && !sameHash(seen.root, signed.root);
  const fitting = treeSides.filter((side) => walk.has(side, signed));
  return fitting.length > 0 && !fitting.some((side) => walk.has(side, seen));
}

/** Decides which of the two trees is right: the one with the signed root. Without a signature they must be equal. */
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
  // An interrupted append leaves entries beyond the signed state that have no hashes yet.
  const noTile = [...walk.noTile].filter(([index, there]) => there < Math.min(tileWidth, size - index * tileWidth)).map(([index]) => index);
  const tileIndexes = new Set([...differ.map((index) => Math.floor(index / 256)), ...noTile]);
  const lostFiles = new Set(noEntry.map((index) => Math.floor(index / 256)));
  for (const index of lostFiles) {
    const lost = noEntry.filter((at) => Math.floor(at / 256) === index);
    findings.push(
      finding(
        'L101',
        `${logFolder}/${tilePath({ level: 'entries', index, width: 256 })}`,
        `${lost.length === 1 ? 'an entry is' : agree`${lost.length} entr[y|ies] [is|are]`} missing, the first is entry ${(lost[0] ?? 0) + 1}`,
      ),
    );
  }
  const tilesAreWrong = entriesFit && !tilesFit;
  if (!tilesAreWrong)
    for (const index of differ) findings.push(finding('A111', `${logFolder}:${index + 1}`, 'the entry was altered: its hash does not match'));
  if (signed !== null && !entriesFit && !tilesFit && differ.length === 0 && noEntry.length === 0)
    findings.push(finding('A117', checkpointFile, agree`its root is not that of the ${size} entr[y|ies]`));
  const bad = new Set([...(tilesAreWrong ? [] : differ), ...noEntry]);
  const agreed = differ.length === 0 ? byEntries : null;
  const tree = entriesFit ? byEntries : tilesFit ? byTiles : signed === null ? agreed : null;
  // If the entries are wrong, the tiles over them are right.
  return { findings, bad, tree, badTiles: tilesFit && !entriesFit ? noTile : [...tileIndexes] };
}
