import type { Recording } from '../../src/core/model/recording.ts';
import type { RecordingDocument, StoredFile, StoredMedium } from '../../src/core/model/recording-document.ts';
import { vconUuid } from '../../src/core/model/vcon-uuid.ts';
import { type Json, objectsOf, textOf, type VconDocument } from '../../src/tables/vcon-document.ts';
import type { ClaimedFile } from '../engine/records/call.ts';
import type { Context, Described, StatedBytes } from '../engine/records/described.ts';

/** Facts that longplay wrote about a recording into its vCon, after verification: facts are used, but never a path or an id. */
export interface OwnRecording {
  readonly document: RecordingDocument;
  /** Stored files by exported name; recording.json contains their digests. */
  readonly files: ReadonlyMap<string, { readonly stored: StoredFile; readonly medium: StoredMedium | null }>;
  /** Id of the archive from which it was exported, according to the vCon; null if not stated. */
  readonly archive: string | null;
}

/** Returns the recording that longplay embedded in a vCon; null if there is none; a text if it is not used, which says why. */
export function ownRecording({ own, uuid }: VconDocument, { recordingDocument }: Context): OwnRecording | string | null {
  if (own === null || recordingDocument === undefined) return null;
  if (own.recording === null) return 'it is too large, or there are several';
  const { document, problems } = recordingDocument(own.recording);
  if (document === null) return `it is not a valid recording.json: ${problems[0] ?? 'it does not match the schema'}`;
  if (vconUuid(document) !== uuid) return 'it belongs to another recording than the vCon';
  return { document, files: filesOf(document, own.files), archive: textOf(own.archive) };
}

function filesOf({ media, joined }: RecordingDocument, listed: unknown): OwnRecording['files'] {
  const stored = new Map<string, { readonly stored: StoredFile; readonly medium: StoredMedium | null }>();
  for (const medium of media) for (const file of [medium.original, medium.access]) if (file !== null) stored.set(file.path, { stored: file, medium });
  if (joined !== null) stored.set(joined.path, { stored: joined, medium: null });
  return new Map(
    objectsOf(listed).flatMap(({ name, path }) => {
      const found = typeof path === 'string' ? stored.get(path) : undefined;
      return typeof name === 'string' && found !== undefined ? [[name, found] as const] : [];
    }),
  );
}

/**
 * Returns a unit of a vCon with the facts of the exported recording; null if recording.json lacks the digest of one of its files. If the bytes turn out to be
 * different, the plain unit is used.
 * @param dialogOf returns the dialog of each file
 */
export function withOwn(
  plain: Described,
  own: OwnRecording,
  files: readonly ClaimedFile[],
  dialogOf: (path: string) => Json | undefined,
): Described | null {
  const { recording, recordingId } = own.document;
  const known = new Map(
    files.flatMap(({ path }) => {
      const found = own.files.get(textOf(dialogOf(path)?.filename) ?? '');
      return found === undefined ? [] : [[path, found] as const];
    }),
  );
  if (known.size < files.length) return null;
  const stated = files.flatMap(({ path }): StatedBytes[] => {
    const found = known.get(path)?.stored;
    return found === undefined ? [] : [{ path, sizeBytes: found.sizeBytes, digest: { algorithm: 'sha256', value: found.sha256 } }];
  });
  const { callStart, callAnswer, callEnd, durationDeclared, direction, parties, org, events, tags, retention, quality, accounts } = recording;
  const from = [
    { name: 'export.recording', value: recordingId },
    ...(own.archive === null ? [] : [{ name: 'export.archive', value: own.archive }]),
    { name: 'export.importer', value: recording.importer },
    { name: 'export.key', value: recording.key },
  ];
  return {
    ...plain,
    ...{ callStart, callAnswer, callEnd, durationDeclared, direction, parties, org, events, tags },
    ...{ retention: retention ?? null, quality: [...(quality ?? []), ...(plain.quality ?? [])], accounts: accounts ?? [] },
    sourceKeys: recording.sourceKeys,
    correlation: [...recording.correlation, ...(plain.correlation ?? [])],
    extra: [...recording.extra, ...from],
    stated: [...(plain.stated ?? []), ...stated],
    rule: `an export of longplay: recording ${recordingId}${own.archive === null ? '' : ` of archive ${own.archive}`}; ${files.length === 0 ? 'it had no file' : 'its files have the digests of recording.json'}`,
    medium: (file) => {
      const medium = known.get(file.path)?.medium ?? null;
      if (medium === null) return plain.medium?.(file) ?? {};
      const { side, channels, audioStart, startOffsetMs } = medium;
      return { side, channels, audioStart, ...(startOffsetMs === undefined ? {} : { startOffsetMs }) };
    },
    ...(files.length > 0 ? {} : { status: statusWithoutFile(recording.reconciliation.status) }),
    otherwise: plain,
  };
}

/** Returns the status of a recording whose audio is elsewhere or missing. */
function statusWithoutFile(status: Recording['reconciliation']['status']): Recording['reconciliation']['status'] {
  return status === 'deleted-at-source' || status === 'not-recorded-by-design' ? status : 'row-without-audio';
}
