import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import type { CaseFile } from '../../archive/documents/case-file.ts';
import type { CaseDocument } from '../../archive/documents/case-json.ts';
import { commitmentKeyName, commitmentKeyText, publicName } from '../../archive/documents/public-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError, refusalOf } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { extension } from '../../core/base/safe-path.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { exportVcon } from '../../pipeline/export/export-vcon.ts';
import type { VconFile } from '../../pipeline/export/vcon.ts';
import type { Prover } from '../../pipeline/log/prove-recording.ts';
import { secretBytes } from '../../sealing/age/x25519.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import { isErasedAlone, openStoredFile, readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { Mask } from '../mask/mask.ts';
import { maskSound } from '../mask/masked-sound.ts';
import type { DecodeCopy } from '../mask/muted-copy.ts';
import type { CaseMessage, MessageList } from '../messages/message.ts';
import type { Draft } from '../store/draft.ts';
import { type FoundCase, openCaseFile } from '../store/open-case.ts';
import type { CaseRecordingHere } from '../store/read-case.ts';
import { type IndexItem, indexItem } from './case-index.ts';

/** Tools that make the parts of an export. */
export interface ExportParts {
  readonly archive: Pick<Archive, 'dir' | 'id'>;
  readonly documents: ListedDocuments;
  readonly draft: Draft;
  readonly prover: Prover;
  /** Masks the parts; null: nothing is masked. */
  readonly mask: Mask | null;
  readonly mediaTypes: ReadonlyMap<string, string>;
  readonly decodeOpus: DecodeCopy;
  readonly signal: AbortSignal;
  /** Calling code of the case. */
  readonly country: string | null;
}

/** A recording in the bag. */
export interface ExportedRecording {
  readonly recordingId: string;
  readonly bag: string;
  readonly item: IndexItem;
  /** All files of the recording, relative to the bag. */
  readonly files: readonly string[];
  /** Files that browsers can play, in order of the media. */
  readonly players: readonly string[];
  readonly bytes: number;
  readonly corrupt: number;
  /** Number of files that cannot be read. */
  readonly unreachable: number;
  readonly hasProof: boolean;
  /** True if other persons are audible in a masked recording: all persons are on one channel, or it is unknown who is on which channel. */
  readonly othersHeard: boolean;
  /** True if channels of other persons are muted. */
  readonly muted: boolean;
  readonly findings: readonly Finding[];
}

/** Extensions of files that browsers play. Originals of other kinds have an access copy. */
const playable: readonly string[] = ['.opus', '.ogg', '.wav', '.mp3', '.m4a', '.flac'];

/** Adds a recording to the bag: its files, its document, a vCon, a proof. */
export async function exportRecording(here: CaseRecordingHere, parts: ExportParts): Promise<ExportedRecording> {
  const { found, folder, document: whole } = here;
  const { draft, mask, decodeOpus, signal } = parts;
  const { recordingId, bag } = found;
  const at = `data/recordings/${recordingId}`;
  const sound = mask === null ? null : await maskSound(mask.document(whole), mask.ownRoles(whole), { folder, at, draft, decodeOpus }, signal);
  const document = sound?.document ?? whole;
  const given = createGivenFiles(here, at, draft, sound?.made ?? new Set());
  const { findings } = given;
  for (const { path, why } of sound?.leftOut ?? []) findings.push(finding('C122', recordingId, `${path} is left out: ${why}`));
  takeSound(given, document, whole, mask !== null);
  if (mask === null) takeMetadata(given, here, parts.documents);
  else given.write('recording-masked.json', `${canonicalJson(document, 2)}\n`);
  takeVcon(given, document, bag, parts);
  // A proof covers the unmasked recording.json, which a masked export omits.
  const proof = mask === null ? await proofText(parts.prover, bag, recordingId) : null;
  const hasProof = proof !== null && 'text' in proof;
  if (hasProof) given.write('proof.tlog-proof', proof.text);
  else if (proof !== null) findings.push(finding('C123', recordingId, proof.problem));
  return {
    recordingId,
    bag,
    item: indexItem(document, parts.country),
    files: given.files,
    players: given.players,
    bytes: given.bytes(),
    corrupt: findings.filter(({ code }) => code === 'P171' || code === 'P222').length,
    unreachable: findings.filter(({ code }) => isMachineFinding(code)).length,
    hasProof,
    othersHeard: sound?.othersHeard === true,
    muted: (sound?.made.size ?? 0) > 0,
    findings,
  };
}

/** Files of a recording that are handed over, and the reasons why other files are not. */
interface GivenFiles {
  /** Folder of the recording, relative to the bag. */
  readonly at: string;
  /** Copies a file of the archive. Returns false if the file is not as archived, which a finding then reports. */
  take(file: VconFile['file'], medium: VconFile['medium'], kind: 'original' | 'copy' | 'source'): boolean;
  /** Writes a file that is made for the hand-over. */
  write(name: string, content: string | Uint8Array): void;
  /** All files, relative to the bag, in the order in which they were added. */
  readonly files: string[];
  /** Files, of `files`, that browsers can play. */
  readonly players: string[];
  /** Sound files of the recording, for its vCon. */
  readonly sounds: readonly VconFile[];
  readonly findings: Finding[];
  /** Total size of the copied files. */
  bytes(): number;
}

/** @param made base names of masked copies, which are already in the draft */
function createGivenFiles(
  { found: { recordingId, bag }, folder }: CaseRecordingHere,
  at: string,
  draft: Draft,
  made: ReadonlySet<string>,
): GivenFiles {
  const files: string[] = [];
  const sounds: VconFile[] = [];
  const findings: Finding[] = [];
  let bytes = 0;
  return {
    at,
    take: (file, medium, kind) => {
      if (!made.has(file.path) && isErasedAlone(folder, file)) {
        findings.push(finding('E128', `bags/${bag}/data/${recordingId}/${file.path}`, 'was erased; it was not exported'));
        return false;
      }
      const wrong = made.has(file.path) ? null : draft.copy(() => openStoredFile(folder, file), `${at}/${file.path}`, file);
      if (wrong !== null) {
        findings.push(leftOut('P171', `bags/${bag}/data/${recordingId}/${file.path}`, wrong, file.sha256));
        return false;
      }
      bytes += file.sizeBytes;
      files.push(`${at}/${file.path}`);
      if (kind !== 'source') sounds.push({ name: file.path, file, medium, isCopy: kind === 'copy' });
      return true;
    },
    write: (name, content) => {
      draft.write(`${at}/${name}`, content);
      files.push(`${at}/${name}`);
    },
    files,
    players: [],
    sounds,
    findings,
    bytes: () => bytes,
  };
}

/**
 * Adds the access copies and, unless the export is masked, the originals.
 * @param document the document as it is handed over
 * @param whole the document as it is in the archive
 */
function takeSound(given: GivenFiles, document: RecordingDocument, whole: RecordingDocument, isMasked: boolean): void {
  const { at, players } = given;
  let withoutCopy = 0;
  let isHeard = false;
  for (const [index, medium] of document.media.entries()) {
    if (medium.continues !== true) isHeard = (whole.media[index]?.access ?? null) !== null;
    if (medium.access !== null && given.take(medium.access, medium, 'copy') && document.joined === null) players.push(`${at}/${medium.access.path}`);
    if (isMasked) {
      // An original is not handed over, because it may contain anything: names in tags, whole SIP messages.
      if (!isHeard) withoutCopy++;
      continue;
    }
    if (given.take(medium.original, medium, 'original') && !isHeard && playable.includes(extension(medium.original.path)))
      players.push(`${at}/${medium.original.path}`);
  }
  if (document.joined !== null && given.take(document.joined, null, 'copy')) players.push(`${at}/${document.joined.path}`);
  if (withoutCopy > 0) given.findings.push(finding('C122', whole.recordingId, `${withoutCopy} of its files have no access copy; they are left out`));
}

/** Adds the document of a recording and the rows and sidecars that describe it. */
function takeMetadata(given: GivenFiles, { found: { recordingId, bag }, folder, document }: CaseRecordingHere, documents: ListedDocuments): void {
  for (const source of document.sources) given.take(source, null, 'source');
  const place = `bags/${bag}/data/${recordingId}/recording.json`;
  const own = documents.read(bag, recordingId);
  if (own === null) given.findings.push(finding('P171', place, 'was not exported: it is not the one that the manifest of its bag lists'));
  else if ('refused' in own)
    given.findings.push(finding('P175', place, `it, or the manifest of its bag, cannot be read (${own.refused}); it was not exported`));
  else {
    given.write('recording.json', own.plain);
    if (own.leaf === null) return;
    given.write(publicName, own.leaf);
    const key = keyringSecrets(folder)?.[publicName];
    if (key !== undefined) given.write(commitmentKeyName, commitmentKeyText(secretBytes(key)));
  }
}

/** Adds a vCon of the recording, which names the files in the bag. */
function takeVcon(
  { at, files, sounds, findings }: GivenFiles,
  document: RecordingDocument,
  bag: string,
  { archive, draft, mediaTypes }: ExportParts,
): void {
  const vcon = exportVcon({ inline: false, baseUrl: null, mediaTypes }, document, sounds, {
    archive: archive.id,
    bag: join(archive.dir, 'bags', bag),
    out: draft.folderFor(`${at}/call.vcon`),
    name: 'call.vcon',
  });
  findings.push(...vcon.findings);
  if (vcon.vcon === null) return;
  draft.take(`${at}/call.vcon`);
  files.push(`${at}/call.vcon`);
}

/** Reports a file that is not handed over, because it was altered (with the given code) or cannot be read. */
function leftOut(
  code: 'P171' | 'C121',
  place: string,
  { found, refused }: { readonly found: string; readonly refused: boolean },
  sha256: string,
): Finding {
  return refused
    ? finding('P175', place, `it cannot be read (${found}); it was not exported`)
    : finding(code, place, `was not exported: ${found.slice(0, 24)} instead of SHA-256 ${sha256.slice(0, 16)}…`);
}

async function proofText(prover: Prover, bag: string, recordingId: string): Promise<{ readonly text: string } | { readonly problem: string }> {
  try {
    return await prover.prove(bag, recordingId);
  } catch (error) {
    if (error instanceof LongplayError && error.kind === 'incomplete') return { problem: error.message };
    throw error;
  }
}

/** A `recording.json` as its bag lists it. */
interface ListedDocument {
  readonly plain: Uint8Array;
  /** The `public.json` of a sealed document, which the log records; null: the log records the document itself. */
  readonly leaf: Uint8Array | null;
}

/** Reads documents and compares them with the manifests of their bags. */
export interface ListedDocuments {
  /** Returns a `recording.json`; null if it is missing or differs from the bag's manifest; the system's error code if it cannot be read. */
  read(bag: string, recordingId: string): ListedDocument | null | { readonly refused: string };
}

/** Creates a reader for an archive. The reader reads each bag's manifest once. */
export function listedDocuments(archive: Pick<Archive, 'dir' | 'id'>): ListedDocuments {
  const byBag = new Map<string, ReadonlyMap<string, string>>();
  const digestsOf = (bag: string): ReadonlyMap<string, string> => {
    const known = byBag.get(bag);
    if (known !== undefined) return known;
    const lines = readTagFile(join(archive.dir, 'bags', bag, 'manifest-sha256.txt'), limits.ownManifestBytes)
      .toString('utf8')
      .split('\n');
    const digests = new Map(
      lines.filter((line) => /\/recording\.json(?:\.age)?$/.test(line)).map((line) => [line.slice(66).split('/')[1] ?? '', line.slice(0, 64)]),
    );
    byBag.set(bag, digests);
    return digests;
  };
  return {
    read: (bag, recordingId) => {
      try {
        const { plain, stored, leaf } = readDocumentBytes(join(archive.dir, 'bags', bag, 'data', recordingId));
        if (sha256Hex(stored) !== digestsOf(bag).get(recordingId)) return null;
        return { plain, leaf: leaf.name === publicName ? leaf.bytes : null };
      } catch (error) {
        if (error instanceof LongplayError && error.code === 'K202') return null;
        if (!(error instanceof Error && 'code' in error)) throw error;
        const refused = refusalOf(error);
        return refused === null ? null : { refused };
      }
    },
  };
}

/** Adds the messages of a case to the bag: original files with attachments, and the messages as JSON. A masked export gets only the messages, masked. */
export function* exportMessages(
  found: FoundCase,
  document: CaseDocument,
  messages: readonly { readonly set: number; readonly message: CaseMessage }[],
  { draft, mask }: ExportParts,
): Generator<Finding> {
  for (const imported of document.messages) {
    const { set } = imported;
    if (mask !== null) {
      const list: MessageList = {
        format: 'longplay-messages',
        version: 1,
        messages: messages.filter((one) => one.set === set).map(({ message }) => message),
      };
      draft.write(`data/messages/${set}/messages-masked.json`, `${canonicalJson(list, 2)}\n`);
      yield finding('C122', `messages ${set}`, 'the original and its attachments are left out');
      continue;
    }
    for (const file of imported.files) yield* exportCaseFile(found, file, draft);
  }
}

/**
 * Adds the comparisons of a case to the bag, row by row. Omits them from a masked export, because a list names other persons, and if anything is withheld,
 * because they name everything in the case.
 */
export function* exportComparisons(found: FoundCase, isWhole: boolean, { draft, mask }: ExportParts): Generator<Finding> {
  for (const { set, file } of found.document.comparisons ?? [])
    if (mask === null && isWhole) yield* exportCaseFile(found, file, draft);
    else yield finding('C122', `comparison ${set}`, 'the rows of the list are left out; scope.csv has their numbers');
}

function* exportCaseFile(found: FoundCase, file: CaseFile, draft: Draft): Generator<Finding> {
  const place = `cases/${found.document.id}/${file.path}`;
  try {
    const wrong = draft.copy(() => openCaseFile(found, file), `data/${file.path}`, file);
    if (wrong !== null) yield leftOut('C121', place, wrong, file.sha256);
  } catch (error) {
    if (!(error instanceof LongplayError) || !['K203', 'K204'].includes(error.code)) throw error;
    yield finding(error.code, place, 'was not exported');
  }
}
