import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { type CaseDocument, caseBytes } from '../../archive/documents/case-json.ts';
import { caseOfArchive, handOverStamp } from '../../archive/documents/hand-over-files.ts';
import { writeDurable } from '../../archive/files/durable.ts';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { version } from '../../core/base/version.ts';
import { finding } from '../../core/findings/finding.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type NotEntered, notEnteredFinding } from '../../pipeline/open/enter-one.ts';
import { bagsNotIndexed } from '../../pipeline/open/left-out-bags.ts';
import { isWritable, openForReading } from '../../pipeline/open/open-archive.ts';
import type { CaseWork } from '../edit/edit-case.ts';
import { maskedCase } from '../mask/masking.ts';
import { findOutdated } from '../store/case-state.ts';
import { beginDraft, type Draft } from '../store/draft.ts';
import { logExport, logHandOver } from '../store/log.ts';
import { messagesItem } from '../store/review-state.ts';
import { openCase } from '../store/store.ts';
import type { CaseAccount } from './case-account.ts';
import { type CaseExported, type HandOverProved, nothingNew, planned } from './case-exported.ts';
import { sealedCasePath, writeSealedCase } from './commitments.ts';
import { fillHandOver, type HandOverContents } from './contents.ts';
import { proveHandOver } from './hand-over.ts';
import { handOverPart } from './part.ts';
import { freshDraft, handOverName, landHandOver, refuseTarget } from './place.ts';
import type { HandOverPlan } from './plan.ts';
import { type PreparedHandOver, prepareHandOver } from './prepare.ts';
import { handOverTexts } from './readme.ts';
import { scopeComparison, scopeOf } from './scope.ts';
import { stampHandOver } from './stamp-hand-over.ts';
import { lengthsOf } from './supplement.ts';
import { withheldLines, withheldWords } from './withheld.ts';
import type { CaseArchive, CaseExportRequest, HandOverWork } from './work.ts';
import { writeCasePages } from './write-pages.ts';

/**
 * Creates a bag of a case. Compares each file with its digest while copying it. The hand-over is logged, and then one rename puts the bag in place, so that it
 * appears completely or not at all. A run that was killed leaves a folder with a temporary name, which the next run removes.
 * @throws LongplayError usage C100, C108, C109, U121; incomplete A105 if the case is being changed; A107
 */
export async function* exportCase(
  archiveDir: string,
  wanted: string,
  request: CaseExportRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CaseExported> {
  refuseTarget(archiveDir, request.out, request.zip);
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  return yield* exportCaseOf(opened, wanted, request, tools, signal);
}

/** Creates a bag of a case like `exportCase`, in an archive that is already open. @throws LongplayError as `exportCase` */
export async function* exportCaseOf(
  opened: CaseArchive,
  wanted: string,
  request: CaseExportRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CaseExported> {
  const { out, mask, caseSha256 } = request;
  const { archive } = opened;
  const { folder, document: asked } = await openCase(archive, wanted, tools.keys, signal);
  if (mask && asked.subject === null)
    throw new LongplayError(
      'usage',
      'C109',
      `case ${asked.id} has no data subject, so --mask would mask everybody`,
      'open one with: longplay subject ARCHIVE WHO --case TITLE',
    );
  // Prevents changes of the case meanwhile. A read-only archive cannot change and needs no lock.
  const lock: ArchiveLock | null = isWritable(folder) ? await acquireLock(folder, signal) : null;
  await using _lock = lock ?? { [Symbol.asyncDispose]: async () => undefined };
  const found = await openCase(archive, asked.id, tools.keys, signal);
  const { document } = found;
  if (caseSha256 !== undefined && caseSha256 !== sha256Hex(caseBytes(document)))
    throw new LongplayError(
      'incomplete',
      'A105',
      `case ${asked.id} was changed after this hand-over was requested`,
      'look at the case, then request the hand-over again',
    );
  const outdated = await findOutdated(archive, document.id, tools.keys, signal);
  if (outdated !== null) yield findingEvent(outdated);
  const draftFolder = await freshDraft(out, document.id, lock !== null);
  try {
    return yield* handOver({ ...found, opened, request, tools, signal }, draftFolder);
  } finally {
    rmSync(draftFolder, { recursive: true, force: true });
  }
}

/** Fills a draft of the bag, logs it, adds the proof, and puts it in place. */
async function* handOver(work: HandOverWork, draftFolder: string): AsyncGenerator<PipelineEvent, CaseExported> {
  const { opened, document, request, tools, signal } = work;
  const { archive } = opened;
  const draft = beginDraft(draftFolder);
  const prepared = yield* prepareHandOver(work);
  const { plan } = prepared;
  if (prepared.isNothingNew) return nothingNew(document.id, plan, request);
  const contents = yield* fillHandOver(work, prepared, draft);
  if (prepared.mask === null) writeSealedCase(draft, work, plan.given, plan.document === document);
  const account = accountOf(work, prepared, contents);
  if (account.withheld.length > 0) yield findingEvent(finding('C181', document.id, withheldWords(account.withheld)));
  const made = await finishBag(draft, account, signal);
  const bag: FinishedBag = { ...made, tagManifests: tagManifestDigests(draftFolder) };
  // Logged before anything gets its final name, so that the log records exactly what is handed over.
  const refusal = await logExport(
    archive,
    exportedDetail(document, plan, account, bag),
    account.exported.map(({ recordingId }) => recordingId),
    tools,
  );
  if (refusal !== null) yield findingEvent(notEnteredFinding('P172', refusal));
  const tagManifestSha256 = bag.tagManifests.tagManifestSha256 ?? '';
  const proof = yield* putProof(work, { folder: draftFolder, tagManifest: tagManifestSha256, custody: account.custody }, refusal);
  const recipient = request.recipient ?? null;
  const place = { out: request.out, zip: request.zip, recipient, caseId: document.id, number: plan.number, madeAt: account.madeAt };
  await landHandOver(draftFolder, place, signal);
  const unsaid = refusal === null ? await logHandOver(archive, { case: document.id, handOver: plan.number }, tools) : null;
  if (unsaid !== null) yield findingEvent(notEnteredFinding('P172', unsaid));
  const { exported, messages, timeline, masked } = account;
  const { proofs, corrupt, unreachable } = contents.counts;
  return {
    id: document.id,
    recordings: exported.length,
    messages: messages.length,
    proofs,
    files: bag.files,
    bytes: bag.bytes,
    corrupt,
    unreachable,
    gaps: timeline.gaps.length + timeline.moreGaps,
    masked,
    othersHeard: contents.othersHeard,
    zipped: request.zip,
    encrypted: recipient !== null,
    opened: archive.page !== null && recipient === null,
    handOver: plan.number,
    ...planned(plan),
    tagManifestSha256,
    proof,
  };
}

/** Returns the facts that the pages of the hand-over show. */
function accountOf(work: HandOverWork, prepared: PreparedHandOver, contents: HandOverContents): CaseAccount {
  const { opened, document, tools } = work;
  const { archive, catalog } = opened;
  const { plan, masking, mask, prover, landed } = prepared;
  const { exported, messages, timeline, times, counts } = contents;
  const isWhole = plan.document === document;
  const handed = masking === null ? plan.document : maskedCase(plan.document, masking);
  const denied = masking?.denied.size ?? 0;
  return {
    document: handed,
    archive: { id: archive.id, name: basename(archive.dir) },
    madeAt: tools.now(),
    madeBy: tools.user(),
    key: prover.key,
    custody: givenCustody(prepared),
    exported,
    messages,
    timeline,
    missing: { corrupt: counts.corrupt + counts.unreachable - counts.leftOut, leftOut: counts.leftOut, proofs: counts.proofs },
    masked: mask !== null,
    isReduced: !isWhole,
    undecided: masking?.undecided.size ?? 0,
    denied,
    wanted: plan.given.recordings.length,
    withheld: withheldLines(plan.withheld, times, mask === null ? null : mask.text),
    scope: scopeOf(handed, catalog, {
      handedOver: exported,
      wanted: plan.given.recordings.length,
      inCase: document.recordings.length - denied,
      notIndexed: bagsNotIndexed(archive, catalog, landed.standing()),
      inLeftOutBags: counts.leftOut,
      bySite: masking === null,
      part: handOverPart(plan, mask),
      compared: (document.comparisons ?? []).map((one) => scopeComparison(one, mask !== null, isWhole)),
    }),
  };
}

/** Returns the log entries about the case without those about withheld files of messages, because their digests would confirm a guess at a file's content. */
function givenCustody({ custody, plan }: PreparedHandOver): CaseAccount['custody'] {
  const withheld = new Set(plan.withheld.map(({ item }) => item));
  return custody.entries.filter(({ type, detail }) => type !== 'case-messages' || !withheld.has(messagesItem(Number(detail.set))));
}

/** A bag that is complete except for the proof of its hand-over. */
interface FinishedBag {
  readonly files: number;
  readonly bytes: number;
  readonly tagManifests: ReturnType<typeof tagManifestDigests>;
}

/** Writes the pages, texts and manifests of the bag. */
async function finishBag(draft: Draft, account: CaseAccount, signal: AbortSignal): Promise<Omit<FinishedBag, 'tagManifests'>> {
  writeCasePages(draft, account);
  const { id } = account.document;
  const { number } = account.scope.handOver;
  const info = [
    ['Bag-Software-Agent', `longplay ${version}`],
    ['Bagging-Date', account.madeAt.slice(0, 10)],
    ['External-Identifier', handOverName({ caseId: id, number })],
    ['Bag-Group-Identifier', id],
    // The total is unknown: RFC 8493, section 2.2.2.
    ['Bag-Count', `${number} of ?`],
    ['Internal-Sender-Description', `${caseOfArchive} ${account.archive.id}${account.masked ? ', masked' : ''}`],
  ] as const;
  for (const [name, content] of handOverTexts(account, draft.files.has(sealedCasePath))) draft.write(name, content);
  return await draft.finish(info, signal);
}

/** Returns the detail of the log entry about the hand-over. @param document the whole case */
function exportedDetail(
  document: CaseDocument,
  { number, supplement, withheld }: HandOverPlan,
  { exported, messages, masked, missing, isReduced }: CaseAccount,
  { files, bytes, tagManifests }: FinishedBag,
): LogDetail & { readonly case: string } {
  return {
    case: document.id,
    recordings: exported.length,
    messages: messages.length,
    files,
    bytes,
    masked,
    complete: missing.corrupt + missing.leftOut === 0,
    handOver: number,
    withheld: withheld.length,
    reduced: isReduced,
    ...(supplement === null
      ? {}
      : {
          supplementTo: supplement.to.number,
          ...(supplement.to.tagManifestSha256 === null ? {} : { supplementToSha256: supplement.to.tagManifestSha256 }),
        }),
    ...lengthsOf(document),
    ...tagManifests,
  };
}

/** A bag with a hand-over that is to be proved. */
interface ProvedBag {
  /** Absolute path. */
  readonly folder: string;
  /** SHA-256 of the bag's tag manifest. */
  readonly tagManifest: string;
  readonly custody: CaseAccount['custody'];
}

/** Adds the proof of the hand-over beside the bag's manifests. @param refusal why the log has no entry; null if it has one */
async function* putProof(
  { opened: { archive }, request: { stamp }, tools, signal }: HandOverWork,
  { folder, tagManifest, custody }: ProvedBag,
  refusal: NotEntered | null,
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
