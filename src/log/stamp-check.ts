import { type Finding, finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { readEvidence, withoutLast, writeEvidence } from './evidence-record.ts';
import { type Evidence, verifyEvidence } from './evidence-verify.ts';
import type { AgeingRule } from './stamp-ageing.ts';
import { readLists } from './stamp-open.ts';
import { StampRefusal } from './stamp-refusal.ts';
import { verifyStampResponse } from './stamp-response.ts';
import type { StampRoots } from './stamp-roots.ts';
import { listFile, listStamps, readStampFile, type StampFiles, stampFile, stampParts } from './stamp-store.ts';

/** What a check of the stamps needs to know. */
export interface StampCheck {
  readonly roots: StampRoots;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Another table than `ageingRules`. */
  readonly ageing?: readonly AgeingRule[];
  /** Why a checkpoint is not of this log: its signature, or the root at this size; null: it is. */
  readonly fits: (checkpoint: Uint8Array, size: number) => Promise<string | null>;
  /** SHA-256 of files of stamps as the log's entries tell them, the latest for each path (`stampFilesOf`). */
  readonly entered: ReadonlyMap<string, string>;
}

/** What the files of one stamp say. */
export interface StampReading {
  readonly kind: 'stamp-reading';
  readonly size: number;
  /** Proved, though it may have faults of its own; null where files are missing or altered. */
  readonly evidence: Evidence | null;
  /** SHA-256 of the evidence record. */
  readonly sha256: string | null;
  /** True where the log has an entry for each file as it is; false after a run that was stopped before it could enter what it had written. */
  readonly entered: boolean;
  /** Everything that is wrong; empty where all is well. */
  readonly findings: readonly Finding[];
}

/**
 * Reads all stamps and proves each: one reading for a size, ascending, and findings for what does not belong there.
 * @throws LongplayError A102 where the disk cannot be read.
 */
export async function* checkStamps(
  archive: { readonly dir: string },
  check: StampCheck,
  signal: AbortSignal,
): AsyncGenerator<StampReading | Finding> {
  const { stamps, strangers } = await listStamps(archive);
  for (const path of strangers) yield finding('L234', path, 'it is no file of a stamp');
  const there = new Set(stamps.flatMap(({ size }) => stampParts.map((part) => stampFile(size, part))));
  // Those of which nothing is left at all.
  for (const path of check.entered.keys())
    if (path.endsWith('.tsr') && !there.has(path)) yield finding('L231', path, 'the log tells of this stamp, and none of its files is there');
  for (const files of stamps) {
    signal.throwIfAborted();
    yield await readStamp(archive, files, check);
  }
}

async function readStamp(archive: { readonly dir: string }, files: StampFiles, check: StampCheck): Promise<StampReading> {
  const { size } = files;
  const findings: Finding[] = [];
  const nothing = { kind: 'stamp-reading', size, evidence: null, sha256: null, entered: false, findings } as const;
  const isKnown = check.entered.has(stampFile(size, 'tsr'));
  const missing = stampParts.filter((part) => !files.parts.has(part));
  if (!isKnown && missing.includes('ers')) {
    findings.push(finding('L238', stampFile(size, 'ers'), 'it is not there yet, and the log does not tell of the stamp'));
    return nothing;
  }
  for (const part of missing) findings.push(finding('L231', stampFile(size, part), 'it is not there'));
  const read = async (part: (typeof stampParts)[number]): Promise<Uint8Array | null> => {
    if (missing.includes(part)) return null;
    const bytes = await readStampFile(archive, stampFile(size, part));
    if (bytes === null) findings.push(finding('L230', stampFile(size, part), 'it is longer than such a file can be'));
    return bytes;
  };
  const checkpoint = await read('checkpoint');
  const response = await read('tsr');
  const evidenceBytes = await read('ers');
  if (checkpoint === null) return nothing;
  const unfit = await check.fits(checkpoint, size);
  if (unfit !== null) findings.push(finding('L233', stampFile(size, 'checkpoint'), unfit));
  const firstToken = response === null ? null : checkResponse(response, checkpoint, size, check, findings);
  if (evidenceBytes === null) return nothing;
  const lists = await readLists(archive, size, files.lists);
  for (const digest of files.lists)
    if (!lists.has(digest)) findings.push(finding('L230', listFile(size, digest), 'it is longer than such a file can be'));
  const evidence = checkEvidence(evidenceBytes, { checkpoint, lists, firstToken }, size, check, findings);
  const entered = checkEntered(response, evidenceBytes, size, check, findings);
  return { kind: 'stamp-reading', size, evidence, sha256: sha256Hex(evidenceBytes), entered, findings };
}

/** The authority's answer, by itself; its token where it is proved. */
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
      finding('L213', place, `the stamp is of ${answer.stampedAt}, the clock of this machine says ${new Date(check.nowMs).toISOString()}`),
    );
  return answer.token;
}

interface EvidenceFiles {
  readonly checkpoint: Uint8Array;
  readonly lists: ReadonlyMap<string, Uint8Array>;
  /** Of the answer; null where that is not proved. */
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
  // The one answer in two files: a byte that changed in one of them shows against the other.
  if (firstToken !== null && Buffer.compare(first.token, firstToken) !== 0)
    findings.push(finding('L230', stampFile(size, 'tsr'), 'its stamp is not the first one of the evidence record'));
  const covered = new Set(further.map(({ digest }) => digest).filter((digest) => digest !== first.digest));
  for (const digest of lists.keys())
    if (!covered.has(digest)) findings.push(finding('L238', listFile(size, digest), 'no stamp covers this list yet'));
  return answer;
}

/** Holds the files against what the log tells of them. */
function checkEntered(response: Uint8Array | null, evidence: Uint8Array, size: number, { entered }: StampCheck, findings: Finding[]): boolean {
  const [responseFile, evidenceFile] = [stampFile(size, 'tsr'), stampFile(size, 'ers')];
  const [wanted, wantedEvidence] = [entered.get(responseFile), entered.get(evidenceFile)];
  if (wanted !== undefined && response !== null && sha256Hex(response) !== wanted)
    findings.push(finding('L230', responseFile, 'its SHA-256 is not the one that the log tells'));
  if (wantedEvidence === sha256Hex(evidence)) return wanted !== undefined;
  // A run may have been stopped between the renewal and its entry: then the record without its last stamp is the one that the log tells of.
  if (wantedEvidence !== undefined && wantedEvidence !== digestBefore(evidence)) {
    findings.push(finding('L230', evidenceFile, 'its SHA-256 is not the one that the log tells'));
    return false;
  }
  findings.push(finding('L238', evidenceFile, 'it is kept, and the log does not tell of its last stamp'));
  return false;
}

function digestBefore(evidence: Uint8Array): string | null {
  try {
    const before = withoutLast(readEvidence(evidence));
    return before === null ? null : sha256Hex(writeEvidence(before));
  } catch (error) {
    // That it cannot be read has been told.
    if (error instanceof StampRefusal) return null;
    throw error;
  }
}

function ageingOf({ ageing }: StampCheck): { readonly ageing?: readonly AgeingRule[] } {
  return ageing === undefined ? {} : { ageing };
}
