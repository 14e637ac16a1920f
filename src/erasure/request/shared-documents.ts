import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { ReconciliationStatus } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { hasExcerpt, vconImporter } from '../../pipeline/make/shared-vcon.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import type { FilePart } from './files.ts';
import { descriptionsOf, filesWith, groupOf } from './same-documents.ts';
import { hasExcerptFor } from './vcon-excerpt.ts';

/** What a request erases of recordings. */
export interface AskedOfRecordings {
  /** Ids of recordings that are erased completely. */
  readonly whole: readonly string[];
  /** Files of other recordings that are erased alone. */
  readonly files: readonly FilePart[];
}

/** Files that are erased in addition, and what their recordings lose. */
export interface SharedDocuments {
  readonly parts: readonly FilePart[];
  readonly findings: readonly Finding[];
}

/**
 * Finds the documents that have the sound or the texts of a recording besides its own folder. Every recording of a vCon keeps the whole vCon, so an erasure
 * of one recording erases the vCon in the others, too, and these keep everything else, and an excerpt of the vCon (E137). An original that was extracted from a
 * vCon is in the vCon of its own recording as well.
 */
export function sharedDocuments(opened: OpenedArchive, { whole, files }: AskedOfRecordings, signal: AbortSignal): SharedDocuments {
  const parts = new Map<string, FilePart>();
  const marks = new Map<string, Set<string>>();
  const gone = new Set(whole);
  const chosen = new Map<string, Set<string>>();
  for (const { recordingId, file } of files) if (!gone.has(recordingId)) chosen.set(recordingId, (chosen.get(recordingId) ?? new Set()).add(file));
  for (const id of new Set([...whole, ...chosen.keys()])) {
    signal.throwIfAborted();
    const shown = vconsOf(opened, id);
    const digests = new Set(shown.flatMap(({ document }) => (isFromVcon(document) ? documentsOf(document, chosen.get(id) ?? null) : [])));
    const unread = unreadDocuments(opened, shown, chosen.get(id) ?? null);
    for (const digest of unread.digests) digests.add(digest);
    if (digests.size === 0) continue;
    for (const other of [...idsOfGroup(opened, shown, id), ...unread.ids]) {
      if (gone.has(other)) continue;
      if (gone.has(id)) marks.set(other, new Set([...(marks.get(other) ?? []), ...shown.flatMap(({ document }) => partyMarks(document))]));
      for (const file of filesWith(vconsOf(opened, other), digests))
        if (chosen.get(other)?.has(file) !== true) parts.set(`${other} ${file}`, partOf(opened, { recordingId: other, file }, chosen.has(other)));
    }
  }
  const sorted = [...parts.values()].sort((a, b) => byCodePoint(`${a.recordingId} ${a.file}`, `${b.recordingId} ${b.file}`));
  return {
    parts: sorted,
    findings: sorted.map((part) => finding('E137', part.recordingId, lossOf(opened, part, marks.get(part.recordingId) ?? new Set()))),
  };
}

/** Returns a shared vCon as a part to be erased. @param isCut true if files of the recording itself are erased: the vCon may have what is in them */
function partOf(opened: OpenedArchive, { recordingId, file }: Pick<FilePart, 'recordingId' | 'file'>, isCut: boolean): FilePart {
  const [latest] = vconsOf(opened, recordingId);
  const stored = latest?.document.sources.find(({ path }) => path === file);
  const isKept =
    !isCut &&
    latest !== undefined &&
    stored !== undefined &&
    (hasExcerpt(latest.document) || hasExcerptFor(latest.folder, stored, latest.document.recording.key));
  return { kind: 'file', recordingId, file, ...(isKept ? { isShared: true } : {}) };
}

/** Says what a recording loses with its vCon, and what stays in it. @param marks marks of the parties of recordings that are erased */
function lossOf(opened: OpenedArchive, { recordingId, file, isShared }: FilePart, marks: ReadonlySet<string>): string {
  const [latest] = vconsOf(opened, recordingId);
  const media = latest?.document.media.length ?? 0;
  const sound = media === 0 ? '' : agree`${media} file[s] of sound, `;
  const rest = `${sound}its recording.json ${isShared === true ? 'and an excerpt of the vCon with its own dialogs' : 'and no texts of the vCon'}`;
  return `its ${file} is a vCon with the sound or the texts to be erased, and is erased with them; the recording keeps ${rest}${stayingWords(latest?.document ?? null, marks)}`;
}

/** Returns the numbers, names and mail addresses of the parties of a recording. */
function partyMarks({ recording: { parties, extra } }: RecordingDocument): string[] {
  const addresses = extra.flatMap(({ name, value }) => (partyAddress.test(name) ? [value] : []));
  return [...parties.flatMap(({ phone, name }) => [phone?.raw ?? '', name ?? '']), ...addresses]
    .map((text) => text.replace(/^(?:tel|sips?|mailto):/i, ''))
    .filter((text) => text.length >= leastMark);
}

/** Matches a field with the address of a party in what a vCon says besides the members of a recording. */
const partyAddress = /^parties(?:\[\d+\])?\.(?:mailto|tel|sip)$/;
/** Length of the shortest text that counts as a mark of a party; shorter ones occur in many texts. */
const leastMark = 5;

/** Says how many fields of a description keep a mark that is not one of its own parties. */
function stayingWords(document: RecordingDocument | null, marks: ReadonlySet<string>): string {
  if (document === null) return '';
  const { parties, extra } = document.recording;
  const own = new Set(parties.flatMap(({ phone, name }) => [phone?.raw ?? '', name ?? '']));
  const others = [...marks].filter((mark) => !own.has(mark));
  const staying = extra.filter(({ value }) => others.some((mark) => value.includes(mark))).length;
  return staying === 0
    ? ''
    : agree`, in which ${staying} field[s] of what no member models (extra) [has|have] a number, a name or an address of a party of the recording to be erased; only with the recording [it is|they are] erased`;
}

function isFromVcon({ recording: { importer } }: RecordingDocument): boolean {
  return importer === vconImporter;
}

/** Returns the SHA-256 of the vCons of a recording; none if only files are erased and no original among them is inside a vCon. */
function documentsOf({ sources, media }: RecordingDocument, chosen: ReadonlySet<string> | null): string[] {
  const isInside = media.some(({ original, path }) => chosen?.has(original.path) === true && insideVcon.test(path));
  return chosen === null || isInside ? sources.flatMap(({ path, sha256 }) => (path.endsWith('.csv') ? [] : [sha256])) : [];
}

/** Matches the source path of sound that was extracted from a vCon. */
const insideVcon = /!(?:dialog|analysis)-\d+(?:\.[^/!]*)?$/;

/**
 * Finds the vCons from which sound of a recording was extracted although they could not be read, e.g. because of their size: each is kept as a recording of its
 * own that no id connects with the sound.
 */
function unreadDocuments(
  opened: OpenedArchive,
  shown: readonly ShownRecording[],
  chosen: ReadonlySet<string> | null,
): { readonly ids: readonly string[]; readonly digests: ReadonlySet<string> } {
  const wanted = new Set(
    shown.flatMap(({ document: { media, source, recording } }) =>
      media
        .filter(({ path, original }) => insideVcon.test(path) && (chosen === null || chosen.has(original.path)))
        .map(({ path }) => path.replace(/[^!]*$/, 'vcon.json'))
        .filter((path) => !recording.provenance.some((own) => own.path === path))
        .map((path) => `${source}\n${path}`),
    ),
  );
  const ids: string[] = [];
  const digests = new Set<string>();
  if (wanted.size === 0) return { ids, digests };
  const status: ReconciliationStatus = 'parse-error';
  for (const { recordingId } of opened.catalog.search({ importer: vconImporter, status })) {
    for (const { document } of vconsOf(opened, recordingId)) {
      if (!document.recording.provenance.some(({ path }) => wanted.has(`${document.source}\n${path}`))) continue;
      ids.push(recordingId);
      for (const { sha256 } of document.sources) digests.add(sha256);
    }
  }
  return { ids, digests };
}

/** Reads every description of a recording from a vCon, the latest first; none for another recording, or if it is not in the catalog. */
function vconsOf(opened: OpenedArchive, recordingId: string): readonly ShownRecording[] {
  const [found] = opened.catalog.search({ recordingId, limit: 1 });
  return found === undefined || found.importer !== vconImporter ? [] : descriptionsOf(opened, found);
}

/** Returns the ids of the recordings that came from the same vCons, and the recording's own. */
function idsOfGroup(opened: OpenedArchive, shown: readonly ShownRecording[], recordingId: string): readonly string[] {
  const [found] = opened.catalog.search({ recordingId, limit: 1 });
  return [recordingId, ...(found === undefined || shown.length === 0 ? [] : groupOf(opened, shown, found).map((one) => one.recordingId))];
}
