import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { caseBytes } from '../archive/case-json.ts';
import { cannotWrite, landFolder, makeFolder, syncFolder, temporaryPrefix, writeDurable } from '../archive/durable.ts';
import { caseOfArchive, handOverStamp } from '../archive/hand-over-files.ts';
import type { Archive } from '../archive/layout.ts';
import { type ArchiveLock, acquireLock } from '../archive/lock.ts';
import { tagManifestDigests } from '../archive/tag-manifest.ts';
import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { isOfMachine } from '../core/finding-table.ts';
import { sha256Hex } from '../core/identifier.ts';
import type { People } from '../core/identity/people.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { version } from '../core/version.ts';
import type { LogEntry } from '../log/log-entry.ts';
import { type NotEntered, notEnteredFinding } from '../pipeline/enter-one.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events.ts';
import { isWritable, openForReading } from '../pipeline/open-archive.ts';
import { createProver } from '../pipeline/prove-recording.ts';
import { keepApart } from '../pipeline/target-folder.ts';
import { zipFolder } from '../pipeline/zip-folder.ts';
import { enterExport } from './case-log.ts';
import { findCase } from './case-store.ts';
import { type CustodyEntry, custodyOf } from './custody.ts';
import { decisionsOf } from './decisions.ts';
import { beginDraft } from './draft.ts';
import type { CaseWork } from './edit-case.ts';
import { type ExportedRecording, type ExportParts, exportMessages, exportRecording, listedDocuments } from './export-parts.ts';
import { proveHandOver } from './hand-over.ts';
import { handOverTexts } from './hand-over-readme.ts';
import { knownParties } from './known-parties.ts';
import { maskedCase, maskingOf, ownTimeline } from './masking.ts';
import type { DecodeCopy } from './muted-copy.ts';
import { findOutside } from './outside.ts';
import { caseMessages, caseRecordings } from './read-case.ts';
import { unknownSystems } from './same-lines.ts';
import { scopeOf } from './scope.ts';
import { type HandOverStamping, stampHandOver } from './stamp-hand-over.ts';
import { timelineOf } from './timeline.ts';
import { messageEntry, recordingEntry, type TimelineEntry } from './timeline-entry.ts';
import { writeCasePages } from './write-pages.ts';

/** How a case is to be handed over. */
export interface CaseExportRequest {
  readonly zip: boolean;
  /** Only the person that the case is about stays readable. */
  readonly mask: boolean;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** Who stamps the checkpoint over the hand-over; absent: nobody. */
  readonly stamp?: HandOverStamping;
  /** Decodes Opus, so that the channel of others is muted. */
  readonly decodeOpus: DecodeCopy;
  /** A register of persons and lines; absent: none is given. */
  readonly people?: People;
  /** SHA-256 of the document as it may be handed over; absent: as it is when nobody changes it any more. */
  readonly caseSha256?: string;
}

/** What the bag carries to prove what was handed over. */
export interface HandOverProved {
  /** The log tells of the hand-over. */
  readonly isEntered: boolean;
  /** The proof of that entry lies in the bag. */
  readonly isThere: boolean;
  /** Null: no time stamp was asked for. */
  readonly isStamped: boolean | null;
}

/** What was handed over. */
export interface CaseExported {
  readonly id: string;
  readonly recordings: number;
  readonly messages: number;
  readonly proofs: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that are not what was recorded; none of them is handed out. */
  readonly corrupt: number;
  /** Files and documents that the machine does not give. */
  readonly unreachable: number;
  readonly gaps: number;
  readonly masked: boolean;
  /** Recordings of a masked export in which others are heard. */
  readonly othersHeard: number;
  readonly zipped: boolean;
  /** SHA-256 of the bag's tag manifest, which covers all of it: in the log, and to compare over the telephone. */
  readonly tagManifestSha256: string;
  readonly proof: HandOverProved;
}

/**
 * Makes a bag of a case, each file checked against its digest while it is copied, and puts it in its place by one rename, so that it is there whole or not at all. It is entered in
 * the log before. A run that was killed leaves a folder with a temporary name, which the next one removes.
 * @throws LongplayError usage C100, C108, C109, U121; incomplete A105: the case is being changed; A107
 */
export async function* exportCase(
  archiveDir: string,
  wanted: string,
  out: string,
  request: CaseExportRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CaseExported> {
  refuseTarget(archiveDir, out, request.zip);
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive, catalog } = opened;
  const { folder, document: asked } = findCase(archive, wanted);
  if (request.mask && asked.subject === null)
    throw new LongplayError(
      'usage',
      'C109',
      `case ${asked.id} is about nobody in particular, so all would be masked`,
      'make it with: longplay subject ARCHIVE WHO --case TITLE',
    );
  // Nobody changes the case meanwhile; of an archive that may only be read nobody could.
  const lock: ArchiveLock | null = isWritable(folder) ? await acquireLock(folder, signal) : null;
  await using _lock = lock ?? { [Symbol.asyncDispose]: async () => undefined };
  const document = findCase(archive, asked.id).document;
  if (request.caseSha256 !== undefined && request.caseSha256 !== sha256Hex(caseBytes(document)))
    throw new LongplayError('incomplete', 'A105', `case ${asked.id} was changed since it was asked for`, 'look at it, then ask again');
  const draftFolder = await freshDraft(out, document.id, lock !== null);
  try {
    const draft = beginDraft(draftFolder);
    const bags = new Set<string>();
    for (const { recordingId } of document.recordings) for (const { bag } of catalog.search({ recordingId, limit: 1 })) bags.add(bag);
    const custody = custodyOf(bags, document.id);
    const landed = landedBags();
    const prover = await createProver(archive, tools.keys, signal, (entry) => {
      custody.take(entry);
      landed.take(entry);
    });
    for (const one of prover.findings) yield findingEvent(one);

    const lists = [];
    const counts = { corrupt: 0, unreachable: 0, proofs: 0, messages: 0 };
    const count = ({ code }: Finding): void => void counts[isOfMachine(code) ? 'unreachable' : 'corrupt']++;
    for (const imported of document.messages) {
      const list = caseMessages(folder, document.id, imported);
      if ('kind' in list) {
        count(list);
        yield findingEvent(list);
      } else lists.push({ imported, messages: list.messages });
    }
    const masking = request.mask ? await maskingOf(archive, catalog, document, lists, signal) : null;
    const mask = masking?.mask ?? null;
    for (const one of masking?.findings ?? []) yield findingEvent(one);
    const { mediaTypes, decodeOpus } = request;
    const parts: ExportParts = {
      archive,
      documents: listedDocuments(archive),
      draft,
      prover,
      mask,
      mediaTypes,
      decodeOpus,
      signal,
      country: document.country,
    };
    const known = knownParties(document, request.people ?? null);
    for (const one of unknownSystems(known.lines, catalog)) yield findingEvent(one);
    const entries: TimelineEntry[] = [];
    // As they are: who is masked can be looked for by nothing else.
    const plain: TimelineEntry[] = [];
    const exported: ExportedRecording[] = [];
    for (const here of caseRecordings(archive.dir, catalog, document, signal, prover.landed)) {
      if ('kind' in here) {
        count(here);
        yield findingEvent(here);
        continue;
      }
      if (masking?.denied.has(here.document.recordingId) === true) continue;
      const decided = decisionsOf(document.decisions ?? [], here.document.recordingId, mask?.text);
      plain.push(recordingEntry(here.document, known));
      entries.push(recordingEntry(mask === null ? here.document : mask.document(here.document), known, decided));
      const one = await exportRecording(here, parts);
      for (const said of one.findings) yield findingEvent(said);
      counts.corrupt += one.corrupt;
      counts.unreachable += one.unreachable;
      if (one.hasProof) counts.proofs++;
      exported.push(one);
      yield {
        type: 'progress',
        phase: 'exporting',
        done: exported.length,
        total: document.recordings.length,
        unit: 'recordings',
        bytes: one.bytes,
        bytesTotal: null,
        audioMs: 0,
      };
    }
    const messages = lists.flatMap(({ imported, messages: some }) =>
      some.map((message) => ({ set: imported.set, message: mask === null ? message : mask.message(message) })),
    );
    for (const { set, message } of messages) entries.push(messageEntry(set, message, known));
    counts.messages = messages.length;
    for (const said of exportMessages(folder, document, messages, parts)) {
      if (said.code === 'C121' || isOfMachine(said.code)) count(said);
      yield findingEvent(said);
    }

    for (const { imported, messages: some } of lists) for (const message of some) plain.push(messageEntry(imported.set, message, known));
    // A call of others alone is nobody's to know of.
    const shown = (one: RecordingDocument): RecordingDocument | null =>
      masking === null ? one : masking.isAbout(one) ? masking.mask.document(one) : null;
    const othersHeard = exported.filter((one) => one.othersHeard).length;
    if (othersHeard > 0) yield findingEvent(finding('C164', document.id, `others are heard in ${othersHeard} of ${exported.length} recordings`));
    const beside = await findOutside(archive.dir, catalog, plain, known, signal, shown);
    for (const one of beside.findings) yield findingEvent(one);
    const whole = timelineOf(entries, beside);
    const timeline = mask === null ? whole : ownTimeline(whole, mask);
    const about = {
      document: masking === null ? document : maskedCase(document, masking),
      archive: { id: archive.id, name: basename(archive.dir) },
      madeAt: tools.now(),
      madeBy: tools.user(),
      key: prover.key,
      custody: custody.entries,
      exported,
      messages,
      timeline,
      missing: { corrupt: counts.corrupt + counts.unreachable, proofs: counts.proofs },
      masked: mask !== null,
      undecided: masking?.undecided.size ?? 0,
      denied: masking?.denied.size ?? 0,
      scope: scopeOf(masking === null ? document : maskedCase(document, masking), catalog, {
        handedOver: exported,
        missingBags: landed.missing(catalog.bags()),
        bySite: masking === null,
      }),
    };
    writeCasePages(draft, about);
    const info = [
      ['Bag-Software-Agent', `longplay ${version}`],
      ['Bagging-Date', about.madeAt.slice(0, 10)],
      ['External-Identifier', document.id],
      ['Internal-Sender-Description', `${caseOfArchive} ${archive.id}${mask === null ? '' : ', masked'}`],
    ] as const;
    for (const [name, content] of handOverTexts(about)) draft.write(name, content);
    const made = await draft.finish(info, signal);
    const tagManifests = tagManifestDigests(draftFolder);
    const entry = {
      case: document.id,
      recordings: exported.length,
      messages: counts.messages,
      files: made.files,
      bytes: made.bytes,
      masked: mask !== null,
      complete: counts.corrupt + counts.unreachable === 0,
      ...tagManifests,
    };
    // Before anything has its name: what is handed out is what the log tells of, to the last byte.
    const refusal = await enterExport(
      archive,
      entry,
      exported.map(({ recordingId }) => recordingId),
      tools,
    );
    if (refusal !== null) yield findingEvent(notEnteredFinding('P172', refusal));
    const proof = yield* putProof(
      archive,
      draftFolder,
      { tagManifest: tagManifests.tagManifestSha256 ?? '', custody: custody.entries },
      refusal,
      request,
      tools,
      signal,
    );
    if (request.zip) await landZip(draftFolder, out, document.id, about.madeAt, signal);
    else {
      if (existsSync(out)) rmdirSync(out);
      await landFolder(draftFolder, out);
    }
    return {
      id: document.id,
      recordings: exported.length,
      messages: counts.messages,
      proofs: counts.proofs,
      files: made.files,
      bytes: made.bytes,
      corrupt: counts.corrupt,
      unreachable: counts.unreachable,
      gaps: timeline.gaps.length + timeline.moreGaps,
      masked: mask !== null,
      othersHeard,
      zipped: request.zip,
      tagManifestSha256: tagManifests.tagManifestSha256 ?? '',
      proof,
    };
  } finally {
    rmSync(draftFolder, { recursive: true, force: true });
  }
}

/** Puts the proof of the hand-over beside the manifests of the bag. */
async function* putProof(
  archive: Archive,
  folder: string,
  { tagManifest, custody }: { readonly tagManifest: string; readonly custody: readonly CustodyEntry[] },
  refusal: NotEntered | null,
  { stamp }: CaseExportRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, HandOverProved> {
  const isStamped = stamp === undefined ? null : false;
  if (refusal !== null) return { isEntered: false, isThere: false, isStamped };
  const stamped = stamp === undefined ? null : yield* stampHandOver(archive.dir, stamp, tools, signal);
  const proved = await proveHandOver(archive, tagManifest, custody, stamped);
  if ('problem' in proved) {
    yield findingEvent(finding('C148', 'log', proved.problem));
    return { isEntered: true, isThere: false, isStamped };
  }
  for (const [name, content] of proved.files) await writeDurable(join(folder, name), content);
  return { isEntered: true, isThere: true, isStamped: stamp === undefined ? null : proved.files.has(handOverStamp) };
}

/** Bags that are to be there by the log. */
function landedBags(): { take(entry: Pick<LogEntry, 'type' | 'detail'>): void; missing(there: readonly string[]): number } {
  const landed = new Set<string>();
  return {
    take: ({ type, detail }) => {
      if (typeof detail.bag !== 'string') return;
      if (type === 'bag-landed') landed.add(detail.bag);
      if (type === 'bag-deleted' || type === 'deleted') landed.delete(detail.bag);
    },
    missing: (there) => {
      const known = new Set(there);
      return [...landed].filter((bag) => !known.has(bag)).length;
    },
  };
}

/** Whether a case of an archive may go to a place; asked before anything is done for it. @throws LongplayError usage C108, U121 */
export function refuseTarget(archiveDir: string, out: string, zip: boolean): void {
  keepApart([archiveDir], out);
  const stat = statSync(out, { throwIfNoEntry: false });
  if (stat === undefined || (!zip && stat.isDirectory() && readdirSync(out).length === 0)) return;
  throw new LongplayError('usage', 'C108', `${out} is there already`, zip ? 'name a new file with --out' : 'name a new or empty folder with --out');
}

/** An empty folder beside the target; what killed runs of the same case left there goes, and of others after a day: a request that is answered again is a case of its own. */
async function freshDraft(out: string, caseId: string, alone: boolean): Promise<string> {
  const parent = dirname(out);
  await makeFolder(parent);
  const start = `${temporaryPrefix}case-${caseId}-`;
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${temporaryPrefix}case-`)) continue;
    const path = join(parent, name);
    // Without the lock of the case somebody else may be at it.
    if ((alone && name.startsWith(start)) || Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 86_400_000)
      rmSync(path, { recursive: true, force: true });
  }
  const folder = join(parent, `${start}${randomUUID()}`);
  await makeFolder(folder);
  return folder;
}

async function landZip(folder: string, out: string, caseId: string, madeAt: string, signal: AbortSignal): Promise<void> {
  const draft = join(dirname(out), `${temporaryPrefix}case-${caseId}-${randomUUID()}.zip`);
  try {
    await zipFolder(folder, `case-${caseId}`, draft, Date.parse(madeAt), signal);
    try {
      renameSync(draft, out);
    } catch (error) {
      throw cannotWrite(out, error);
    }
    await syncFolder(dirname(out));
  } finally {
    rmSync(draft, { force: true });
  }
}
