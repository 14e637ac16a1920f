import { join } from 'node:path';
import { originalOf } from '../../archive/bag/originals.ts';
import { faultText, isFault } from '../../core/base/error.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { toolName } from '../../core/base/version.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { sidesAfterDecoding } from '../../core/model/channel-roles.ts';
import { declarationOf } from '../../core/model/declaration.ts';
import { captureWithoutAudioCode, expectedMs, mayHoldAudio, piecesAfter } from '../../core/model/pieces.ts';
import type { Recording } from '../../core/model/recording.ts';
import {
  alreadyOpusReason,
  type DocumentedRecording,
  isDoubtful,
  type RecordingDocument,
  type SettledReconciliation,
  type StoredMedium,
} from '../../core/model/recording-document.ts';
import { makeTargetFolder } from '../../media/bytes/target-file.ts';
import { joinSides } from '../../media/join-sides.ts';
import { processMedium } from '../../media/process-medium.ts';
import type { JoinTask, MediaTools, MediumResult, MediumTask } from '../../media/tools/types.ts';
import { createSealer } from '../../sealing/sealer.ts';
import { catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { lengthFinding } from '../read/audio-length.ts';
import { settle } from '../read/settle-status.ts';
import {
  type AmendedRecording,
  readAmended,
  reusedJoined,
  reusedMedia,
  withoutCopies,
  withoutEqualSources,
  withoutErasedJoin,
} from './amend-recording.ts';
import { cutVcons } from './cut-vcons.ts';
import { enrichRecording } from './enrich-recording.ts';
import { holdSources } from './held-sources.ts';
import { describe, withoutText, writePieces, writeSources } from './recording-files.ts';
import type { RecordingResult, RecordingTask } from './recording-task.ts';

/**
 * Makes the folder of one recording: originals, access copies, sources of its metadata, `recording.json`. Runs in a worker. For an amendment it makes
 * only what the amended recording lacks.
 */
export async function makeRecording(task: RecordingTask, tools: MediaTools, signal: AbortSignal): Promise<RecordingResult> {
  const { planned, folder } = task;
  makeTargetFolder(folder);
  const sealer = task.isSealed ? createSealer() : undefined;
  const amended = task.amended === undefined || planned.amends === undefined ? null : readAmended(task.amended, planned.amends);
  if (amended !== null && (planned.amends?.cause === 'table' || planned.amends?.isWithdrawn === true)) return enrichRecording(task, amended, sealer);
  const { media, joined, findings } = await mediaOf(task, amended, sealer === undefined ? tools : { ...tools, sealer }, signal);
  const cut = cutVcons(task, amended);
  const held = holdSources(task, cut.whole, amended);
  const left = [...cut.findings, ...held.findings];
  const place = { folder, ...(sealer === undefined ? {} : { sealer }) };
  const written = [
    ...writeSources(place, { ...held, base: 'source-', first: 1 }),
    ...cut.excerpts.map(({ name, pieces }) => writePieces(place, name, pieces)),
  ];
  const document: RecordingDocument = {
    format: 'longplay-recording',
    version: amended === null ? 1 : 2,
    recordingId: planned.recordingId,
    supersedes: amended?.document.supersedes ?? planned.supersedes,
    fingerprint: planned.fingerprint,
    site: task.site,
    source: task.sourceName,
    tool: toolName,
    recording: documented(planned.recording, settle(planned.recording, media)),
    media,
    joined,
    sources: amended === null ? written : withoutEqualSources(written, folder, amended),
    findings: [...planned.recording.findings, ...findings, ...left],
    ...amended?.link,
  };
  const { files, secrets } = describe(document, task, sealer);
  const own = media.filter(({ original }) => original.bag === undefined);
  // An amendment finds out nothing new about media that it did not decode.
  const heard = amended !== null && !planned.amends?.decodes ? [] : media;
  return {
    files,
    originals: own.map(originalOf),
    entry: catalogEntry(document, amended?.isErased),
    // The findings of the importer were reported when the job was planned.
    findings: [...findings, ...left, ...heard.flatMap((m) => m.findings)],
    notPlayable: heard.filter(isNotPlayable).length,
    doubtful: heard.filter(isDoubtful).length,
    audioMs: heard.reduce((sum, m) => sum + (m.measurement?.durationMs ?? 0), 0),
    bytes: heard.reduce((sum, m) => sum + m.original.sizeBytes, 0),
    isAmendment: amended !== null,
    secrets,
  };
}

/** The media of a recording, as its document lists them. */
interface MediaOfRecording {
  readonly media: readonly StoredMedium[];
  readonly joined: RecordingDocument['joined'];
  readonly findings: readonly Finding[];
}

/** Processes the media of a recording; for an amendment only if they are decoded again. */
async function mediaOf(task: RecordingTask, amended: AmendedRecording | null, tools: MediaTools, signal: AbortSignal): Promise<MediaOfRecording> {
  const { recording, amends } = task.planned;
  if (amended !== null && amends?.decodes !== true) {
    const media = reusedMedia(recording, amended);
    const findings = media.flatMap(({ path, measurement }) => lengthFinding(recording, path, measurement?.durationMs ?? null) ?? []);
    return { media, joined: reusedJoined(amended), findings };
  }
  const findings: Finding[] = [];
  const made: StoredMedium[] = [];
  const tasks = mediumTasks(task);
  for (const [index, ref] of recording.media.entries()) {
    const [located, medium] = [task.media[index], tasks[index]];
    if (located === undefined || medium === undefined) throw new Error(`medium ${index + 1} of ${task.planned.recordingId} was not located`);
    const result = await oneMedium(medium, mayHoldAudio(ref), task.unheard, tools, signal);
    made.push({
      ...ref,
      startOffsetMs: ref.startOffsetMs ?? null,
      continues: ref.continues === true,
      rawName: located.entry.rawName,
      modifiedMs: located.entry.modifiedMs === null ? null : Math.floor(located.entry.modifiedMs),
      declared: declaredCoding(medium),
      ...result,
      ...sidesAfterDecoding(ref, result.measurement?.channels ?? null),
      ...(ref.continues === true ? { basis: pieceWords, accessReason: pieceWords } : {}),
    });
    const length = lengthFinding(recording, ref.path, result.measurement?.durationMs ?? null);
    if (length !== null) findings.push(length);
  }
  const media = withoutSilentCaptures(made);
  const joined =
    task.joinSides && task.unheard === undefined
      ? await joinedSides(media, tasks, { accessBase: join(task.folder, 'access-joined'), access: task.access }, tools, signal)
      : null;
  if (joined !== null) findings.push(...joined.findings);
  const both = joined?.access ?? null;
  if (amended === null) return { media, joined: both, findings };
  return { media: withoutCopies(media, task.folder, amended), joined: withoutErasedJoin(both, task.folder, amended), findings };
}

/** Processes one medium. Does not examine it if an earlier attempt ended in a crash or a bug. */
async function oneMedium(
  medium: MediumTask,
  asked: boolean,
  unheard: string | undefined,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<MediumResult> {
  if (asked && unheard === undefined) return await processMedium(medium, tools, signal);
  const kept = await processMedium(medium, { ...tools, formats: [] }, signal);
  return asked ? { ...kept, accessReason: 'internal error', findings: [...kept.findings, finding('M142', medium.place, unheard ?? '')] } : kept;
}

/** Returns the tasks for the media, in order. */
function mediumTasks({ planned, media, folder, declarations, access }: RecordingTask): MediumTask[] {
  const { recording } = planned;
  return recording.media.flatMap((ref, index) => {
    const located = media[index];
    if (located === undefined) return [];
    return {
      location: located.location,
      name: baseName(ref.path),
      place: ref.path,
      further: piecesAfter(recording.media, index).flatMap((at) => media[at]?.location ?? []),
      durationMs: expectedMs(recording.durationDeclared, recording.reconciliation.status),
      declared: declarationOf(ref.path, declarations),
      originalBase: join(folder, `original-${index + 1}`),
      accessBase: mayHoldAudio(ref) ? join(folder, `access-${index + 1}`) : null,
      access,
    };
  });
}

/** Returns a recording as its document contains it: with every member, and without the texts of rows, which are in source-N files beside it. */
function documented(
  { kind: _kind, media: _media, findings: _findings, ...recording }: Recording,
  reconciliation: SettledReconciliation,
): DocumentedRecording {
  const { durationDeclared, events, provenance, accounts } = recording;
  return {
    ...recording,
    durationDeclared: durationDeclared === null ? null : { ...durationDeclared, of: durationDeclared.of ?? 'call' },
    events: events.map((event) => ({ ...event, callOffsetMs: event.callOffsetMs ?? null, mediaOffsetMs: event.mediaOffsetMs ?? null })),
    reconciliation,
    provenance: withoutText(provenance),
    accounts: accounts.map((account) => ({ ...account, provenance: withoutText(account.provenance) })),
  };
}

function declaredCoding({ declared }: MediumTask): StoredMedium['declared'] {
  if (declared === null || declared === undefined) return null;
  const { codec, sampleRateHz, channels } = declared;
  return { codec, sampleRateHz, channels };
}

const pieceWords = 'continues the previous medium';

/**
 * Returns the media without the findings that a capture has no audio: a capture of signalling alone is a fault only if no other file of the call may
 * have audio.
 */
function withoutSilentCaptures(media: readonly StoredMedium[]): StoredMedium[] {
  if (!media.some(({ codec }) => codec !== null)) return [...media];
  return media.map((medium) =>
    medium.kind === 'pcap' ? { ...medium, findings: medium.findings.filter(({ code }) => code !== captureWithoutAudioCode) } : medium,
  );
}

/** Returns true if a medium should be playable and is not: there is no decoder, the copy failed, or the format is unknown. */
export function isNotPlayable(medium: StoredMedium): boolean {
  if (!mayHoldAudio(medium) || medium.access !== null || medium.accessReason === alreadyOpusReason) return false;
  // A capture of signalling contains no audio.
  if (medium.kind === 'pcap' && medium.format !== null && medium.codec === null) return false;
  return medium.original.sizeBytes > 0 && medium.state !== 'header-only';
}

async function joinedSides(
  media: readonly StoredMedium[],
  tasks: readonly MediumTask[],
  { accessBase, access }: Pick<JoinTask, 'accessBase' | 'access'>,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof joinSides>> | null> {
  const only = (side: string): MediumTask | null => {
    const found = media.flatMap((m, index) =>
      m.kind === 'audio' && m.side === side && m.measurement !== null && m.measurement.samples > 0 ? [index] : [],
    );
    const [index] = found;
    return found.length === 1 && index !== undefined ? (tasks[index] ?? null) : null;
  };
  const incoming = only('in');
  const outgoing = only('out');
  if (incoming === null || outgoing === null) return null;
  try {
    return await joinSides({ sides: [incoming, outgoing], accessBase, access }, tools, signal);
  } catch (error) {
    if (signal.aborted || !isFault(error)) throw error;
    // Each side has its own copy.
    return {
      access: null,
      reason: 'internal error',
      findings: [finding('M141', incoming.place, `while two sides were joined: ${faultText(error)}`)],
    };
  }
}
