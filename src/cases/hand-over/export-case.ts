import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { caseBytes } from '../../archive/documents/case-json.ts';
import { caseOfArchive, handOverStamp } from '../../archive/documents/hand-over-files.ts';
import { writeDurable } from '../../archive/files/durable.ts';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { version } from '../../core/base/version.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';
import type { People } from '../../core/identity/people.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { counted } from '../../core/words/quantity.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { createProver } from '../../pipeline/log/prove-recording.ts';
import { type NotEntered, notEnteredFinding } from '../../pipeline/open/enter-one.ts';
import { isWritable, openForReading } from '../../pipeline/open/open-archive.ts';
import type { CaseWork } from '../edit/edit-case.ts';
import { maskedCase, maskingOf, ownTimeline } from '../mask/masking.ts';
import type { DecodeCopy } from '../mask/muted-copy.ts';
import { knownParties } from '../person/known-parties.ts';
import { decisionsOf } from '../store/decisions.ts';
import { beginDraft } from '../store/draft.ts';
import { logExport, logHandOver } from '../store/log.ts';
import { allMessages, caseRecording } from '../store/read-case.ts';
import { messagesItem } from '../store/review-state.ts';
import { findCase } from '../store/store.ts';
import { messageEntry, recordingEntry, type TimelineEntry } from '../timeline/entry.ts';
import { findOutside } from '../timeline/outside.ts';
import { unknownSystems } from '../timeline/same-lines.ts';
import { timelineOf } from '../timeline/timeline.ts';
import { type CaseExported, type HandOverProved, nothingNew, planned } from './case-exported.ts';
import { type CustodyEntry, custodyOf } from './custody.ts';
import { type ExportedRecording, type ExportParts, exportComparisons, exportMessages, exportRecording, listedDocuments } from './export-parts.ts';
import { proveHandOver } from './hand-over.ts';
import { createHandOvers } from './hand-overs.ts';
import { landedBags } from './landed-bags.ts';
import { handOverPart } from './part.ts';
import { freshDraft, handOverName, landHandOver, refuseTarget } from './place.ts';
import { planHandOver } from './plan.ts';
import { handOverTexts } from './readme.ts';
import { scopeComparison, scopeOf } from './scope.ts';
import { type HandOverStamping, stampHandOver } from './stamp-hand-over.ts';
import { isNothingNew, lengthsOf } from './supplement.ts';
import { messagesTime, recordingTime, type WithheldTime, withheldLines, withheldWords, withoutWithheld } from './withheld.ts';
import { writeCasePages } from './write-pages.ts';

/** How to hand a case over. */
export interface CaseExportRequest {
  readonly zip: boolean;
  /** True if everybody but the data subject is masked. */
  readonly mask: boolean;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** Authority that stamps the checkpoint over the hand-over; absent: no stamp. */
  readonly stamp?: HandOverStamping;
  /** Decodes Opus, to mute the channels of others. */
  readonly decodeOpus: DecodeCopy;
  /** Register of persons and lines; absent: none. */
  readonly people?: People;
  /** `last`, a number or a day: only what is new since that hand-over. Absent: the whole case. */
  readonly supplement?: string;
  /** True if the hand-over is refused when an item was not reviewed. */
  readonly requireReview?: boolean;
  /** SHA-256 of the document for which the hand-over was permitted; absent: the document when the case is locked. */
  readonly caseSha256?: string;
}

/**
 * Creates a bag of a case. Each file is compared with its digest while it is copied, and the bag is put in place by one rename, so that it appears whole or not at all. The hand-over is
 * logged before that. A run that was killed leaves a folder with a temporary name, which the next run removes.
 * @throws LongplayError usage C100, C108, C109, U121; incomplete A105 if the case is being changed; A107
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
      `case ${asked.id} has no data subject, so --mask would mask everybody`,
      'open one with: longplay subject ARCHIVE WHO --case TITLE',
    );
  // Prevents changes of the case meanwhile; a read-only archive cannot change.
  const lock: ArchiveLock | null = isWritable(folder) ? await acquireLock(folder, signal) : null;
  await using _lock = lock ?? { [Symbol.asyncDispose]: async () => undefined };
  const document = findCase(archive, asked.id).document;
  if (request.caseSha256 !== undefined && request.caseSha256 !== sha256Hex(caseBytes(document)))
    throw new LongplayError(
      'incomplete',
      'A105',
      `case ${asked.id} was changed after this hand-over was requested`,
      'look at the case, then request the hand-over again',
    );
  const draftFolder = await freshDraft(out, document.id, lock !== null);
  try {
    const draft = beginDraft(draftFolder);
    const bags = new Set<string>();
    // Nothing about withheld items is reported: a bag that holds nothing else is not part of this hand-over.
    for (const { recordingId } of withoutWithheld(document).recordings)
      for (const { bag } of catalog.search({ recordingId, limit: 1 })) bags.add(bag);
    const custody = custodyOf(bags, document.id);
    const landed = landedBags();
    const handOvers = createHandOvers(document.id);
    const prover = await createProver(archive, tools.keys, signal, (entry) => {
      custody.take(entry);
      landed.take(entry);
      handOvers.take(entry);
    });
    for (const one of prover.findings) yield findingEvent(one);

    const counts = { corrupt: 0, unreachable: 0, proofs: 0, messages: 0 };
    const count = ({ code }: Finding): void => void counts[isMachineFinding(code) ? 'unreachable' : 'corrupt']++;
    const { lists, unread } = allMessages(folder, document);
    const masking = request.mask ? await maskingOf(opened, document, lists, signal) : null;
    const mask = masking?.mask ?? null;
    for (const one of masking?.findings ?? []) yield findingEvent(one);
    const plan = await planHandOver(archive, document, handOvers, request, masking?.denied ?? new Set());
    if (plan.supplement !== null && isNothingNew(plan.supplement)) {
      const words = `nothing of case ${document.id} is new since hand-over ${plan.supplement.to.number}; nothing was written`;
      yield findingEvent(finding('C185', document.id, words));
      return nothingNew(document.id, plan, request);
    }
    if (plan.supplement?.to.complete === false) {
      const words = `hand-over ${plan.supplement.to.number}, to which this is a supplement, lacks files of the case; a supplement does not include them`;
      yield findingEvent(finding('C186', document.id, words));
    }
    for (const { set, why } of unread) {
      if (!plan.gives(messagesItem(set))) continue;
      count(why);
      yield findingEvent(why);
    }
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
    // Entries of the case that this hand-over omits: withheld, or handed over before.
    const hidden: TimelineEntry[] = [];
    // Unmasked: persons to be masked can only be found in these.
    const plain: TimelineEntry[] = [];
    const exported: ExportedRecording[] = [];
    const times = new Map<string, WithheldTime>();
    for (const { recordingId } of document.recordings) {
      signal.throwIfAborted();
      const isGiven = plan.gives(recordingId);
      const here = caseRecording(opened, recordingId, prover.landed);
      if ('kind' in here) {
        if (!isGiven) continue;
        count(here);
        yield findingEvent(here);
        continue;
      }
      if (masking?.denied.has(recordingId) === true) continue;
      const decided = decisionsOf(document.decisions ?? [], recordingId, mask?.text);
      plain.push(recordingEntry(here.document, known));
      const entry = recordingEntry(mask === null ? here.document : mask.document(here.document), known, decided);
      if (!isGiven) {
        hidden.push(entry);
        times.set(recordingId, recordingTime(here.document, document.country));
        continue;
      }
      entries.push(entry);
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
        total: plan.given.recordings.length,
        unit: 'recordings',
        bytes: one.bytes,
        bytesTotal: null,
        audioMs: 0,
      };
    }
    const messages = [];
    for (const { imported, messages: some } of lists) {
      const isGiven = plan.gives(messagesItem(imported.set));
      times.set(messagesItem(imported.set), messagesTime(some));
      for (const one of some) {
        const message = mask === null ? one : mask.message(one);
        plain.push(messageEntry(imported.set, one, known));
        (isGiven ? entries : hidden).push(messageEntry(imported.set, message, known));
        if (isGiven) messages.push({ set: imported.set, message });
      }
    }
    counts.messages = messages.length;
    for (const said of exportMessages(folder, plan.given, messages, parts)) {
      if (said.code === 'C121' || isMachineFinding(said.code)) count(said);
      yield findingEvent(said);
    }

    // Comparisons name everything in a case: if anything is withheld, they are withheld, too.
    for (const said of exportComparisons(folder, document, plan.document === document, parts)) {
      if (said.code === 'C121' || isMachineFinding(said.code)) count(said);
      yield findingEvent(said);
    }
    // Calls between others only must not be revealed.
    const shown = (one: RecordingDocument): RecordingDocument | null =>
      masking === null ? one : masking.isAbout(one) ? masking.mask.document(one) : null;
    const othersHeard = exported.filter((one) => one.othersHeard).length;
    if (othersHeard > 0)
      yield findingEvent(finding('C164', document.id, `others are audible in ${othersHeard} of ${counted(exported.length, 'recording')}`));
    const beside = await findOutside(opened, plain, known, signal, shown);
    for (const one of beside.findings) yield findingEvent(one);
    const whole = timelineOf(entries, beside, hidden);
    const timeline = mask === null ? whole : ownTimeline(whole, mask);
    const handed = masking === null ? plan.document : maskedCase(plan.document, masking);
    const withheld = withheldLines(plan.withheld, times, mask === null ? null : mask.text);
    if (withheld.length > 0) yield findingEvent(finding('C181', document.id, withheldWords(withheld)));
    const part = handOverPart(plan, mask);
    // With the digest of a file of messages, its content could be guessed.
    const kept = new Set(plan.withheld.map(({ item }) => item));
    const entriesOfLog = custody.entries.filter(({ type, detail }) => type !== 'case-messages' || !kept.has(messagesItem(Number(detail.set))));
    const about = {
      document: handed,
      archive: { id: archive.id, name: basename(archive.dir) },
      madeAt: tools.now(),
      madeBy: tools.user(),
      key: prover.key,
      custody: entriesOfLog,
      exported,
      messages,
      timeline,
      missing: { corrupt: counts.corrupt + counts.unreachable, proofs: counts.proofs },
      masked: mask !== null,
      isReduced: plan.document !== document,
      undecided: masking?.undecided.size ?? 0,
      denied: masking?.denied.size ?? 0,
      wanted: plan.given.recordings.length,
      withheld,
      scope: scopeOf(handed, catalog, {
        handedOver: exported,
        wanted: plan.given.recordings.length,
        inCase: document.recordings.length - (masking?.denied.size ?? 0),
        missingBags: landed.missing(catalog.bags()),
        bySite: masking === null,
        part,
        compared: (document.comparisons ?? []).map((one) => scopeComparison(one, mask !== null, plan.document === document)),
      }),
    };
    writeCasePages(draft, about);
    const info = [
      ['Bag-Software-Agent', `longplay ${version}`],
      ['Bagging-Date', about.madeAt.slice(0, 10)],
      ['External-Identifier', handOverName({ caseId: document.id, number: plan.number })],
      ['Bag-Group-Identifier', document.id],
      // RFC 8493 section 2.2.2: the total is unknown.
      ['Bag-Count', `${plan.number} of ?`],
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
      handOver: plan.number,
      withheld: plan.withheld.length,
      reduced: about.isReduced,
      ...(plan.supplement === null
        ? {}
        : {
            supplementTo: plan.supplement.to.number,
            ...(plan.supplement.to.tagManifestSha256 === null ? {} : { supplementToSha256: plan.supplement.to.tagManifestSha256 }),
          }),
      ...lengthsOf(document),
      ...tagManifests,
    };
    // Before anything gets its final name: what is handed over is exactly what the log records.
    const refusal = await logExport(
      archive,
      entry,
      exported.map(({ recordingId }) => recordingId),
      tools,
    );
    if (refusal !== null) yield findingEvent(notEnteredFinding('P172', refusal));
    const proof = yield* putProof(
      archive,
      draftFolder,
      { tagManifest: tagManifests.tagManifestSha256 ?? '', custody: entriesOfLog },
      refusal,
      request,
      tools,
      signal,
    );
    await landHandOver(draftFolder, { out, zip: request.zip, caseId: document.id, number: plan.number, madeAt: about.madeAt }, signal);
    const unsaid = refusal === null ? await logHandOver(archive, { case: document.id, handOver: plan.number }, tools) : null;
    if (unsaid !== null) yield findingEvent(notEnteredFinding('P172', unsaid));
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
      handOver: plan.number,
      ...planned(plan),
      tagManifestSha256: tagManifests.tagManifestSha256 ?? '',
      proof,
    };
  } finally {
    rmSync(draftFolder, { recursive: true, force: true });
  }
}

/** Adds the proof of the hand-over beside the bag's manifests. */
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
