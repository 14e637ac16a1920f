import { isDeepStrictEqual } from 'node:util';
import { caseFileName, parseCase } from '../../archive/documents/case-json.ts';
import { custodyProofs } from '../../archive/documents/hand-over-files.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type LogEntry, parseEntry } from '../../log/entries/log-entry.ts';
import type { LogProof } from '../../log/files/proof.ts';
import { parseCheckpoint } from '../../log/tree/checkpoint.ts';
import { leafHash, verifyInclusion } from '../../log/tree/merkle.ts';
import type { NoteKey } from '../../log/tree/signed-note.ts';
import type { BagFiles } from '../../pipeline/export/bag-files.ts';
import { type CommittedCase, commitmentKeysPath, committedCase, sealedCasePath } from './commitments.ts';

/** The part of a hand-over's custody that the signed log proves. */
export interface CheckedCustody {
  /** Number of entries of `data/custody.json`. */
  readonly entries: number;
  /** Number of these entries with a valid proof. */
  readonly proved: number;
  /** True if `data/case.json` has the digest that the log records for the last change of the case; null: unknown, because the hand-over is masked or omits items. */
  readonly caseAsEntered: boolean | null;
  /** Number of original files of messages; below, the number of those whose digest is in the log. */
  readonly messageFiles: number;
  readonly messageFilesAsEntered: number;
}

/** A hand-over with a valid proof. */
interface Proved {
  readonly proof: LogProof;
  readonly key: NoteKey;
  readonly entry: LogEntry;
}

const nothing: CheckedCustody = { entries: 0, proved: 0, caseAsEntered: null, messageFiles: 0, messageFilesAsEntered: 0 };

/**
 * Compares custody.json, case.json and the messages with the proved log entries.
 * @returns `exports`: the proved earlier hand-overs of the case
 * @param proved null: no proof is valid, and nothing is reported
 */
export async function checkCustody(
  bag: BagFiles,
  sha256: ReadonlyMap<string, string>,
  proved: Proved | null,
): Promise<{ readonly checked: CheckedCustody; readonly findings: readonly Finding[]; readonly exports: readonly LogEntry[] }> {
  if (proved === null) return { checked: nothing, findings: [], exports: [] };
  const findings: Finding[] = [];
  const entered = await enteredIn(bag, proved);
  const rows = await custodyRows(bag);
  const own = [...entered.values()].sort((a, b) => a.seq - b.seq).filter(({ detail }) => detail.case === proved.entry.detail.case);
  const exports = own.filter(({ type }) => type === 'exported');
  if (rows === null)
    return { checked: nothing, findings: [finding('C147', 'data/custody.json', 'it is missing, or is not a list of entries')], exports };
  let count = 0;
  for (const { seq, time, type, detail } of rows) {
    const entry = entered.get(seq);
    if (entry === undefined) findings.push(finding('C147', 'data/custody.json', `entry ${seq} has no valid proof that it is in the log`));
    else if (entry.time !== time || entry.type !== type || !isDeepStrictEqual({ ...entry.detail }, detail))
      findings.push(finding('C147', 'data/custody.json', `entry ${seq} differs from the entry in the log`));
    else count++;
  }
  const last = own.filter(({ type }) => type === 'case-changed').at(-1)?.detail.sha256;
  const isMasked = proved.entry.detail.masked === true;
  // If items are withheld, case.json is shorter than the one in the archive.
  const isOther = isMasked || proved.entry.detail.reduced === true;
  const sealed = await readSealed(bag);
  if (sealed === 'broken' || (sealed !== null && typeof last === 'string' && sha256.get(sealedCasePath) !== last))
    findings.push(finding('C147', sealedCasePath, 'it is not the one that the log recorded at the last change of the case'));
  const commits = (path: string, digest: string | undefined): boolean =>
    sealed !== null && sealed !== 'broken' && digest !== undefined && sealed.fits(path, digest) === true;
  const plainCase = sha256.get('data/case.json');
  const caseAsEntered = isOther || typeof last !== 'string' ? null : sealed === null ? plainCase === last : commits(caseFileName, plainCase);
  if (caseAsEntered === false)
    findings.push(finding('C147', 'data/case.json', 'its SHA-256 differs from the one that the log recorded at the last change of the case'));
  const taken = new Set(own.filter(({ type }) => type === 'case-messages').map(({ detail }) => detail.sha256));
  const originals = isMasked ? [] : await messageOriginals(bag);
  const strange = originals.filter((path) =>
    sealed === null ? !taken.has(sha256.get(path) ?? null) : !commits(path.slice('data/'.length), sha256.get(path)),
  );
  for (const path of strange) findings.push(finding('C147', path, 'its digest is not in the log entries about messages that were added to the case'));
  const checked = {
    entries: rows.length,
    proved: count,
    caseAsEntered,
    messageFiles: originals.length,
    messageFilesAsEntered: originals.length - strange.length,
  };
  return { checked, findings, exports };
}

/** Returns those log entries by number that the proofs show to be in the log, up to the checkpoint of the hand-over. */
async function enteredIn(bag: BagFiles, { proof }: Proved): Promise<Map<number, LogEntry>> {
  const entered = new Map<number, LogEntry>();
  const checkpoint = parseCheckpoint(proof.checkpoint);
  const text = (await bag.bytes(custodyProofs, limits.proofBytes))?.toString('utf8') ?? '';
  if (checkpoint === null) return entered;
  for (const line of text.split('\n')) {
    const read = parseLine(line);
    if (read === null) continue;
    const bytes = Buffer.from(read.entry, 'utf8');
    const entry = parseEntry(bytes, read.index + 1);
    const isIn = verifyInclusion(leafHash(bytes), read.index, checkpoint.size, read.hashes, checkpoint.root);
    if (entry !== null && isIn) entered.set(entry.seq, entry);
  }
  return entered;
}

function parseLine(line: string): { readonly entry: string; readonly index: number; readonly hashes: Uint8Array[] } | null {
  const value = jsonIn(line);
  if (typeof value !== 'object' || value === null) return null;
  const { entry, index, hashes } = value as Record<string, unknown>; // an object, its members unknown
  if (typeof entry !== 'string' || typeof index !== 'number' || !Array.isArray(hashes) || hashes.length > 64) return null;
  const texts = hashes.filter((hash): hash is string => typeof hash === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(hash));
  return texts.length === hashes.length ? { entry, index, hashes: texts.map((hash) => Uint8Array.from(Buffer.from(hash, 'base64'))) } : null;
}

/** Reads the files by which a hand-over of a sealed archive proves its case; null: the archive is open. */
async function readSealed(bag: BagFiles): Promise<CommittedCase | 'broken' | null> {
  const stored = await bag.bytes(sealedCasePath, limits.caseJsonBytes);
  if (stored === null) return null;
  const keys = await bag.bytes(commitmentKeysPath, limits.caseJsonBytes);
  return committedCase(jsonIn(stored.toString('utf8')), jsonIn(keys?.toString('utf8') ?? '')) ?? 'broken';
}

async function custodyRows(bag: BagFiles): Promise<{ seq: number; time: unknown; type: unknown; detail: unknown }[] | null> {
  const value = jsonIn((await bag.bytes('data/custody.json', limits.caseJsonBytes))?.toString('utf8') ?? '');
  if (!Array.isArray(value)) return null;
  return value.map((row: Record<string, unknown> | null) => ({
    seq: typeof row?.seq === 'number' ? row.seq : 0,
    time: row?.time,
    type: row?.type,
    detail: row?.detail,
  }));
}

/** Returns the paths of the original files of messages within the bag: the first file of each import that case.json names. */
async function messageOriginals(bag: BagFiles): Promise<string[]> {
  const document = parseCase(jsonIn((await bag.bytes('data/case.json', limits.caseJsonBytes))?.toString('utf8') ?? ''));
  if (typeof document === 'string') return [];
  const there = new Set(bag.paths);
  return document.messages.flatMap(({ files: [original] }) =>
    original !== undefined && there.has(`data/${original.path}`) ? [`data/${original.path}`] : [],
  );
}

/** Parses a text; returns null if it is not JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
