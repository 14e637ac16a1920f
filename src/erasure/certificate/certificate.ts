import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { finding } from '../../core/findings/finding.ts';
import type { EntryType } from '../../log/entries/entry-types.ts';
import { type LogEntry, parseEntry } from '../../log/entries/log-entry.ts';
import type { Approver } from '../../log/erasure/approvers.ts';
import { createKnownErasures, type KnownErasure, type KnownErasures, liftGround } from '../../log/erasure/known-erasures.ts';
import { entryAt, openProvingLog } from '../../log/files/proof.ts';
import { owedCopies } from '../../log/history/destructions.ts';
import { erasureCarried } from '../../log/history/erasure-debts.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { logOrigin } from '../../log/tree/checkpoint.ts';
import { signNote, verifierKey } from '../../log/tree/signed-note.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { createKeyringCheck, type KeyringPlaces } from '../../pipeline/log/archive-keyring.ts';
import type { CopiesBehind } from '../../pipeline/log/copies-behind.ts';
import { signerOf, unsignedBecause } from '../../pipeline/log/sign-statement.ts';
import { type EntryTools, enterOne } from '../../pipeline/open/enter-one.ts';
import { findRequest, notExecuted, stateOf } from '../request/find.ts';
import type { Certificate, CertifiedCopy } from './format.ts';
import { certificateText } from './text.ts';

/** A certificate that was written. */
export interface WrittenCertificate {
  readonly folder: string;
  readonly request: string;
  readonly sha256: string;
  readonly isFinal: boolean;
  readonly isSigned: boolean;
}

/** Types of entries that a certificate carries if they name its request. */
const ownTypes: ReadonlySet<string> = new Set<EntryType>([
  'erasure-requested',
  'erasure-approved',
  'erasure-intended',
  'recordings-erased',
  'files-erased',
  'rows-erased',
  'messages-erased',
  'erasure-executed',
  'erasure-final',
]);

/**
 * Writes the certificate of an executed request into a folder: `certificate.json`, `certificate.txt`, and `certificate.note`, in which the archive's key signs
 * the digest of `certificate.json`. It is unsigned (P300) on a machine without the key, and if the log is damaged or older than that of the archive. A copy of the keyring that was rolled back counts as not
 * having followed, whatever it did before (K128); if all copies were, the erased recordings are not unreadable.
 * @throws LongplayError usage E100: the request does not exist or is not executed; U137: the folder already has a certificate; incomplete L105
 */
export async function* certifyErasure(
  archiveDir: string,
  asked: { readonly request: string; readonly out: string | null },
  tools: EntryTools & KeyringPlaces,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, WrittenCertificate> {
  const archive = await openArchive(archiveDir);
  const found = await inspectLog(archive, tools.keys, signal);
  const judged = await judgeLog(archive, found, tools.keys, signal);
  for (const one of judged.findings) yield findingEvent(one);
  const entries: LogEntry[] = [];
  const known = createKnownErasures(archive.id);
  const keyring = createKeyringCheck(tools);
  for await (const entry of readEntries(archive, found, signal)) {
    known.take(entry);
    keyring.take(entry);
    if (isAboutErasures(entry)) entries.push(entry);
  }
  const request = findRequest(known, asked.request);
  if (request.ground === liftGround)
    throw new LongplayError(
      'usage',
      'E100',
      `request ${request.request} lifts an erasure: nothing was erased on it`,
      'see it with: longplay erase status ARCHIVE',
    );
  if (request.executedAt === null) throw notExecuted(request, stateOf(request, tools.now()));
  const behind = await keyring.behind(archive, signal);
  for (const one of behind.findings) yield findingEvent(one);
  const certificate = await makeCertificate(archive, request, { known, behind }, entries, tools.now());
  const json = `${canonicalJson(certificate, 2)}\n`;
  const text = `${certificateText(certificate)}\n`;
  const sha256 = sha256Hex(json);
  const folder = asked.out ?? `erasure-${request.request}`;
  const signer = unsignedBecause(judged, found.size) ?? (await signerOf(archive.id, found.keys.inForce(found.size)?.id ?? null, tools.keys));
  const { checkpoint } = await openProvingLog(archive);
  const root = Buffer.from(checkpoint.root).toString('base64');
  const signed = `longplay erasure certificate\n${archive.id}\n${sha256}\n${checkpoint.size}\n${root}\n`;
  const files: [string, string][] = [
    ['certificate.json', json],
    ['certificate.txt', text],
  ];
  if (typeof signer === 'string') yield findingEvent(finding('P300', 'certificate.json', signer));
  else files.push(['certificate.note', signNote(signed, logOrigin(archive.id), signer)]);
  const last = join(folder, files.at(-1)?.[0] ?? '');
  if (existsSync(last)) throw new LongplayError('usage', 'U137', `${last} exists already`, 'name a new folder with --out');
  await makeFolderDurable(folder);
  // The last file completes the certificate: files that a stopped run left without it are written again.
  for (const [name, content] of files) await writeDurable(join(folder, name), content);
  const refusal = await enterOne(archive, 'erasure-certified', { request: request.request, sha256, textSha256: sha256Hex(text) }, tools);
  if (refusal !== null) yield findingEvent(finding('P301', 'log', refusal.reason));
  const written = {
    folder,
    request: request.request,
    sha256,
    isFinal: certificate.finalAt !== null,
    isSigned: typeof signer !== 'string',
  };
  yield { type: 'result', of: 'certificate', value: { ...written } };
  return written;
}

/** Types of entries of the ledger. */
const ledgerTypes: ReadonlySet<string> = new Set<EntryType>(['recordings-erased', 'files-erased', 'rows-erased', 'messages-erased']);

function isAboutErasures({ type }: LogEntry): boolean {
  return (
    ownTypes.has(type) || type === 'secrets-destroyed' || type === erasureCarried || type === 'approver-added' || type === 'verification-finished'
  );
}

/** Returns, for each replica, the entry that records that it has followed a request, in order. */
function followingReplicas({ lastSeq }: KnownErasure, entries: readonly LogEntry[]): LogEntry[] {
  const first = new Map<unknown, LogEntry>();
  for (const entry of entries)
    if (entry.type === erasureCarried && entry.seq > lastSeq && !first.has(entry.detail.replica)) first.set(entry.detail.replica, entry);
  return [...first.values()];
}

async function makeCertificate(
  archive: { readonly dir: string; readonly id: string },
  one: KnownErasure,
  { known, behind }: { readonly known: KnownErasures; readonly behind: CopiesBehind },
  entries: readonly LogEntry[],
  writtenAt: string,
): Promise<Certificate> {
  const { request, executedAt } = one;
  const own = entries.filter(({ type, detail }) => ownTypes.has(type) && detail.request === request);
  const ledger = own.filter(({ type }) => ledgerTypes.has(type));
  // Secrets that came back with older copies of the keyring were destroyed again: the last destruction counts, as does the last entry of the ledger.
  const first = known.destructions.findLast((each) => each.requests.includes(request));
  const following = first === undefined ? [] : known.destructions.filter(({ seq }) => seq >= first.seq);
  const destroyed = new Set(following.map(({ seq }) => seq));
  const approver = known.approvers.get(one.approver ?? '');
  const registered = entries.filter(({ type, detail }) => type === 'approver-added' && String(detail.key).split('+')[1] === one.approver);
  const verification = entries.findLast(
    ({ type, time, detail }) => type === 'verification-finished' && typeof detail.replica !== 'string' && time > (executedAt ?? ''),
  );
  const replicas = followingReplicas(one, entries);
  const carried = [
    ...registered,
    ...own,
    ...replicas,
    ...entries.filter(({ seq }) => destroyed.has(seq)),
    ...(verification === undefined ? [] : [verification]),
  ];
  const { proved, note } = await provedEntries(archive, carried);
  const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
  // Rows and messages are entered before they are erased.
  const isAhead = ledger.some(({ type }) => type === 'rows-erased' || type === 'messages-erased');
  const unreadableAt = isAhead ? latest([ledger.at(-1)?.time ?? null, first?.time ?? executedAt]) : (ledger.at(-1)?.time ?? executedAt);
  const messageMarks = marksIn(ledger, 'messages-erased');
  const isOfMessages = messageMarks.length > 0 && !ledger.some(({ type }) => type !== 'messages-erased');
  const owing = known.owedBy(one);
  return {
    format: 'longplay-erasure-certificate-v1',
    archive: archive.id,
    writtenAt,
    method:
      first !== undefined
        ? 'purge: cryptographic erase'
        : isOfMessages
          ? 'clear: cases written again without the messages'
          : 'clear: bags written again without the recordings',
    request: statedRequest(one),
    approver: approver === undefined ? null : statedApprover(approver),
    // Secrets that every copy of the keyring has again open the recordings until the next `erase run`.
    unreadableAt: first !== undefined && behind.isEvery ? null : unreadableAt,
    // Final once every replica has followed. A sealed archive has replicas that owe something if tables, reports or quarantined files were erased as well.
    finalAt:
      behind.copies.size > 0 || owing.length > 0
        ? null
        : first !== undefined
          ? one.finalAt
          : latest([unreadableAt, executedAt, ...replicas.map(({ time }) => time)]),
    marks: marksIn(ledger, 'recordings-erased'),
    fileMarks: marksIn(ledger, 'files-erased'),
    messageMarks,
    owing,
    keys: wordsIn(ledger, 'pages').map((word) => ({ page: word.split(':')[0] ?? '', before: Number(word.split(':')[1]) })),
    copies: copiesOf(following, owedCopies(known).get(request) ?? [], new Set(behind.copies.keys())),
    bags: first === undefined ? [...new Set(wordsIn(ledger, 'bag'))].sort() : [],
    epoch: first === undefined || first.epoch === 0 ? null : first.epoch,
    verification:
      verification === undefined
        ? null
        : {
            at: verification.time,
            errors: numberOf(verification.detail.errors),
            erased: numberOf(verification.detail.erased),
            complete: verification.detail.complete === true,
          },
    entries: proved,
    checkpoint: note,
  };
}

function statedApprover({ key, addedAt, addedBy }: Approver): Certificate['approver'] {
  return { id: key.id, key: verifierKey(key), addedAt, addedBy };
}

/** Returns what a certificate states of its request. */
function statedRequest({ request, ground, requestedAt, requestedBy, requestedLogin, due, waitMs, ...rest }: KnownErasure): Certificate['request'] {
  const { approvedAt, hastenedAt, approvedBy, from, executedAt, recordings, parts, set } = rest;
  const asked = { request, ground, requestedAt, requestedBy, requestedLogin, due, waitMs };
  return { ...asked, approvedAt, hastenedAt, approvedBy, from, executedAt, recordings, parts, set };
}

/** Returns entries as they are in the log's tree, in order, each with its proof of inclusion, and the signed checkpoint. Entries after the checkpoint are left out. */
async function provedEntries(
  archive: { readonly dir: string; readonly id: string },
  carried: readonly LogEntry[],
): Promise<{ readonly proved: Certificate['entries']; readonly note: string }> {
  const proving = await openProvingLog(archive);
  const proved: Certificate['entries'][number][] = [];
  for (const { seq } of carried.filter(({ seq: number }) => number <= proving.checkpoint.size).sort((a, b) => a.seq - b.seq)) {
    const bytes = await entryAt(archive, seq - 1);
    if (bytes === null || parseEntry(bytes, seq) === null) throw new Error(`entry ${seq} was read before`);
    const hashes = proving.inclusion(seq - 1).map((hash) => Buffer.from(hash).toString('base64'));
    proved.push({ index: seq - 1, entry: Buffer.from(bytes).toString('utf8'), hashes });
  }
  return { proved, note: proving.note };
}

/** Returns the latest of ISO times; null: there is none. */
function latest(times: readonly (string | null)[]): string | null {
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

/** Returns the marks that entries of a type name, each once. */
function marksIn(entries: readonly LogEntry[], type: EntryType): string[] {
  const own = entries.filter((entry) => entry.type === type);
  return [...new Set(wordsIn(own, 'marks'))].sort();
}

function wordsIn(entries: readonly LogEntry[], member: string): string[] {
  return entries.flatMap(({ detail }) => (typeof detail[member] === 'string' ? String(detail[member]).split(' ').filter(Boolean) : []));
}

/**
 * Returns when each copy of the keyring executed an erasure: the time of the first destruction, from the erasure on, that names the copy as done.
 * @param behind copies that were restored to an older state
 */
function copiesOf(destructions: KnownErasures['destructions'], owed: readonly string[], behind: ReadonlySet<string>): CertifiedCopy[] {
  const copies = new Map<string, CertifiedCopy>();
  for (const { time, done, doubts } of destructions)
    for (const [copy, { root, kept }] of done)
      if (!copies.has(copy) && !behind.has(copy)) copies.set(copy, { copy, destroyedAt: time, root, kept, isUncertain: doubts.includes(copy) });
  for (const copy of [...owed, ...behind])
    if (!copies.has(copy)) copies.set(copy, { copy, destroyedAt: null, root: null, kept: null, isUncertain: false });
  return [...copies.values()];
}
