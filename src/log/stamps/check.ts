import { sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { AgeingRule } from './ageing.ts';
import { stampDigests } from './algorithms.ts';
import { rehashedEntry, renewedEntry, type StampEntry, stampedEntry } from './entries.ts';
import { readEvidence, withoutLast, writeEvidence } from './evidence-record.ts';
import { type Evidence, verifyEvidence } from './evidence-verify.ts';
import { StampRefusal } from './refusal.ts';
import { verifyStampResponse } from './response.ts';
import type { StampRoots } from './roots.ts';
import { listFile, listStamps, readStampFile, type StampFiles, stampFile, stampParts } from './store.ts';

/** Input of a check of the stamps. */
export interface StampCheck {
  readonly roots: StampRoots;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Replaces `ageingRules`. */
  readonly ageing?: readonly AgeingRule[];
  /** Returns why a checkpoint does not belong to this log (its signature, or the root at this size); null: it does. */
  readonly fits: (checkpoint: Uint8Array, size: number) => Promise<string | null>;
  /** Returns why a list of stronger digests does not match this log's entries up to that size; null: it does. */
  readonly fitsList: (list: Uint8Array, size: number, digest: string) => Promise<string | null>;
  /** SHA-256 of stamp files according to the log, the latest for each path (`addStampFiles`). */
  readonly entered: ReadonlyMap<string, string>;
  /** Returns true for sizes whose stamps are skipped; absent: no stamp is skipped. */
  readonly skips?: (size: number) => boolean;
}

/** Result of reading the files of one stamp. */
export interface StampReading {
  readonly kind: 'stamp-reading';
  readonly size: number;
  /** Verified evidence, possibly with faults; null if files are missing or altered. */
  readonly evidence: Evidence | null;
  /** SHA-256 of the evidence record. */
  readonly sha256: string | null;
  /** Log entry that a stopped run did not write for its files, and that the next run will write; null: no entry is missing. */
  readonly entry: StampEntry | null;
  /** True if a run was stopped before it stored the evidence record of a new stamp; the next run completes it (`finishStamp`). */
  readonly unfinished: boolean;
  /** All faults; empty if there are none. */
  readonly findings: readonly Finding[];
}

/**
 * Reads and verifies all stamps: yields one reading per size, in ascending order, and findings for unexpected files.
 * @throws LongplayError A102 if the disk cannot be read.
 */
export async function* checkStamps(
  archive: { readonly dir: string },
  check: StampCheck,
  signal: AbortSignal,
): AsyncGenerator<StampReading | Finding> {
  const { stamps, strangers } = await listStamps(archive);
  for (const path of strangers) yield finding('L234', path, 'it is not a stamp file');
  const there = new Set(stamps.flatMap(({ size }) => stampParts.map((part) => stampFile(size, part))));
  // Stamps all of whose files are gone.
  for (const path of check.entered.keys())
    if (path.endsWith('.tsr') && !there.has(path)) yield finding('L231', path, 'the log names this stamp, but none of its files exists');
  for (const files of stamps) {
    signal.throwIfAborted();
    if (check.skips?.(files.size) === true) continue;
    yield await readStamp(archive, files, check);
  }
}

async function readStamp(archive: { readonly dir: string }, files: StampFiles, check: StampCheck): Promise<StampReading> {
  const { size } = files;
  const findings: Finding[] = [];
  const nothing = { kind: 'stamp-reading', size, evidence: null, sha256: null, entry: null, unfinished: false, findings } as const;
  if (!check.entered.has(stampFile(size, 'tsr')) && !files.parts.has('ers')) {
    findings.push(finding('L238', stampFile(size, 'ers'), 'it does not exist yet, and the stamp is not in the log'));
    const checkpoint = files.parts.has('checkpoint') ? await readStampFile(archive, stampFile(size, 'checkpoint')) : null;
    const unfit = checkpoint === null ? null : await check.fits(checkpoint, size);
    if (checkpoint === null) findings.push(finding('L231', stampFile(size, 'checkpoint'), 'it does not exist'));
    if (unfit !== null) findings.push(finding('L233', stampFile(size, 'checkpoint'), unfit));
    return { ...nothing, unfinished: findings.length === 1 };
  }
  const known = stampDigests.map((digest) => listFile(size, digest)).filter((path) => check.entered.has(path));
  const paths = new Set([...stampParts.map((part) => stampFile(size, part)), ...known, ...files.lists.map((digest) => listFile(size, digest))]);
  const there = new Set([...[...files.parts].map((part) => stampFile(size, part)), ...files.lists.map((digest) => listFile(size, digest))]);
  const bytes = new Map<string, Uint8Array>();
  for (const path of paths) {
    const content = there.has(path) ? await readStampFile(archive, path) : null;
    if (content !== null) bytes.set(path, content);
    else if (there.has(path)) findings.push(finding('L230', path, 'it exceeds the size limit for such a file'));
    else findings.push(finding('L231', path, 'it does not exist'));
    if (content !== null && !path.endsWith('.ers')) findings.push(...checkDigest(path, content, check.entered.get(path)));
  }
  const checkpoint = bytes.get(stampFile(size, 'checkpoint'));
  const response = bytes.get(stampFile(size, 'tsr'));
  const evidenceBytes = bytes.get(stampFile(size, 'ers'));
  const unfit = checkpoint === undefined ? null : await check.fits(checkpoint, size);
  if (unfit !== null) findings.push(finding('L233', stampFile(size, 'checkpoint'), unfit));
  const firstToken = response === undefined || checkpoint === undefined ? null : checkResponse(response, checkpoint, size, check, findings);
  if (evidenceBytes === undefined) return nothing;
  const lists = new Map(
    files.lists.flatMap((digest) => [...bytes].filter(([path]) => path === listFile(size, digest)).map(([, list]) => [digest, list] as const)),
  );
  for (const [digest, list] of lists) {
    const why = await check.fitsList(list, size, digest);
    if (why !== null) findings.push(finding('L237', listFile(size, digest), why));
  }
  const evidence = checkpoint === undefined ? null : checkEvidence(evidenceBytes, { checkpoint, lists, firstToken }, size, check, findings);
  const isEntered = checkEntered(evidenceBytes, size, check, findings);
  const isWell = findings.every(({ code }) => code === 'L238');
  const entry =
    isEntered || !isWell || evidence === null || checkpoint === undefined || response === undefined
      ? null
      : missingEntry(size, evidence, { checkpoint, response, evidence: evidenceBytes }, lists, check);
  return { kind: 'stamp-reading', size, evidence, sha256: sha256Hex(evidenceBytes), entry, unfinished: false, findings };
}

/** Returns the entry that the stopped run would have written. */
function missingEntry(
  size: number,
  { stamps }: Evidence,
  files: { readonly checkpoint: Uint8Array; readonly response: Uint8Array; readonly evidence: Uint8Array },
  lists: ReadonlyMap<string, Uint8Array>,
  { entered }: StampCheck,
): StampEntry {
  const [last, before] = [stamps.at(-1) ?? stamps[0], stamps.at(-2)];
  if (!entered.has(stampFile(size, 'ers')) || before === undefined) return stampedEntry(size, stamps[0], files);
  const list = lists.get(last.digest);
  return list === undefined || last.digest === before.digest
    ? renewedEntry(size, last, files.evidence)
    : rehashedEntry(size, last, files.evidence, sha256Hex(list));
}

function checkDigest(path: string, bytes: Uint8Array, wanted: string | undefined): Finding[] {
  return wanted === undefined || sha256Hex(bytes) === wanted ? [] : [finding('L230', path, 'its SHA-256 differs from the one in the log')];
}

/** Verifies the authority's answer without the evidence record; returns its token if it is valid. */
function checkResponse(response: Uint8Array, checkpoint: Uint8Array, size: number, check: StampCheck, findings: Finding[]): Uint8Array | null {
  const place = stampFile(size, 'tsr');
  const answer = verifyStampResponse(
    response,
    { imprint: { bytes: checkpoint }, nonce: null, policy: null, roots: check.roots, ...ageingOf(check) },
    place,
  );
  if (answer.kind === 'finding') {
    findings.push(answer);
    return null;
  }
  if (Date.parse(answer.stampedAt) > check.nowMs)
    findings.push(
      finding('L213', place, `the stamp is from ${answer.stampedAt}, but the clock of this machine shows ${new Date(check.nowMs).toISOString()}`),
    );
  return answer.token;
}

interface EvidenceFiles {
  readonly checkpoint: Uint8Array;
  readonly lists: ReadonlyMap<string, Uint8Array>;
  /** Token of the answer; null if the answer is invalid. */
  readonly firstToken: Uint8Array | null;
}

function checkEvidence(
  bytes: Uint8Array,
  { checkpoint, lists, firstToken }: EvidenceFiles,
  size: number,
  check: StampCheck,
  findings: Finding[],
): Evidence | null {
  const answer = verifyEvidence(bytes, { checkpoint, lists, roots: check.roots, ...ageingOf(check) }, check.nowMs, stampFile(size, 'ers'));
  if (answer.kind === 'finding') {
    findings.push(answer);
    return null;
  }
  findings.push(...answer.faults);
  const [first, ...further] = answer.stamps;
  // The token is in two files: a changed byte in either of them shows.
  if (firstToken !== null && Buffer.compare(first.token, firstToken) !== 0)
    findings.push(finding('L230', stampFile(size, 'tsr'), 'its stamp is not the first one of the evidence record'));
  const covered = new Set(further.map(({ digest }) => digest).filter((digest) => digest !== first.digest));
  for (const digest of lists.keys())
    if (!covered.has(digest)) findings.push(finding('L238', listFile(size, digest), 'no stamp covers this list yet'));
  return answer;
}

/** Compares the evidence record with the log. */
function checkEntered(evidence: Uint8Array, size: number, { entered }: StampCheck, findings: Finding[]): boolean {
  const path = stampFile(size, 'ers');
  const wanted = entered.get(path);
  if (wanted === sha256Hex(evidence)) return true;
  if (wanted === undefined || isRenewalOf(evidence, wanted)) findings.push(finding('L238', path, 'it exists, but its last stamp is not in the log'));
  else findings.push(...checkDigest(path, evidence, wanted));
  return false;
}

/**
 * Returns true if the evidence record without its last stamp has this SHA-256: a run was then stopped after it had renewed the record and before it
 * logged the renewal.
 */
export function isRenewalOf(evidence: Uint8Array, sha256: string): boolean {
  try {
    const before = withoutLast(readEvidence(evidence));
    return before !== null && sha256Hex(writeEvidence(before)) === sha256;
  } catch (error) {
    // An unreadable record is reported where it is verified.
    if (error instanceof StampRefusal) return false;
    throw error;
  }
}

function ageingOf({ ageing }: StampCheck): { readonly ageing?: readonly AgeingRule[] } {
  return ageing === undefined ? {} : { ageing };
}

/** Returns true for a stamp with faults other than leftovers of a stopped run. */
export function isFaulty({ findings }: StampReading): boolean {
  return findings.some(({ code }) => code !== 'L238');
}
