import { closeSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { limits } from '../core/limits.ts';
import type { AccessCopy, RecordingDocument, StoredFile } from '../core/recording-document.ts';
import type { Verdict, VerdictKind } from '../core/verdict.ts';
import type { OggOpusSummary } from '../media/ogg-opus-reader.ts';
import type { MediaTools } from '../media/types.ts';

/** A file of a recording's folder as it was just read. */
export interface SeenFile {
  /** Relative to the bag. */
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Null where SHA-256 was not asked for. */
  readonly sha256: string | null;
  /** Structure, for Ogg Opus. */
  readonly ogg: OggOpusSummary | null;
}

/** Where a recording lies and how far to go. */
export interface RecordingPlace {
  /** Absolute path of the bag. */
  readonly bag: string;
  /** How verdicts name the bag. */
  readonly place: string;
  readonly play: boolean;
}

/**
 * Holds a recording's files against its own document: nothing that the document names is missing, digests agree with it (a
 * manifest that was made anew over altered files does not), copies are whole and have the recorded number of samples.
 * @param unread names of files that lie there and could not be read: they are no news.
 */
export async function checkRecording(
  document: RecordingDocument,
  seen: readonly SeenFile[],
  unread: ReadonlySet<string>,
  where: RecordingPlace,
  tools: () => Promise<MediaTools>,
  signal: AbortSignal,
): Promise<{ readonly verdicts: Verdict[]; readonly audioMs: number }> {
  const verdicts: Verdict[] = [];
  let audioMs = 0;
  const folder = seen[0] === undefined ? `data/${document.recordingId}` : dirname(seen[0].path);
  const say = (verdict: VerdictKind, code: string, name: string, message: string): void => {
    verdicts.push({ kind: 'verdict', verdict, code, path: `${where.place}/${folder}/${name}`, message, severity: 'error' });
  };
  if (basename(folder) !== document.recordingId)
    say('swapped', 'V111', 'recording.json', `is of recording ${document.recordingId}, not of the folder it lies in`);
  const byName = new Map(seen.map((file) => [file.name, file]));
  const copies = copiesOf(document);
  for (const file of storedFiles(document)) {
    const found = byName.get(file.path);
    if (found === undefined) {
      if (!unread.has(file.path)) say('missing', 'V112', file.path, 'is named by recording.json and is not there');
      continue;
    }
    byName.delete(file.path);
    if (found.sha256 !== null && found.sha256 !== file.sha256) {
      say(
        'corrupt',
        'V113',
        file.path,
        `has ${found.sizeBytes} bytes and SHA-256 ${found.sha256.slice(0, 16)}…, recording.json says ${file.sizeBytes} bytes and ${file.sha256.slice(0, 16)}…`,
      );
    }
    const copy = copies.get(file.path);
    if (copy === undefined) continue;
    audioMs += (copy.samples / copy.sampleRateHz) * 1_000;
    if (found.ogg !== null) for (const problem of structureProblems(copy, found.ogg)) say('unplayable', 'V120', file.path, problem);
    if (where.play)
      for (const problem of await playProblems(join(where.bag, found.path), copy, await tools(), signal))
        say('unplayable', 'V121', file.path, problem);
  }
  byName.delete('recording.json');
  for (const name of byName.keys()) say('unexpected', 'V114', name, 'lies in the recording and is not named by its recording.json');
  return { verdicts, audioMs };
}

function storedFiles(document: RecordingDocument): StoredFile[] {
  return [...document.media.map((medium) => medium.original), ...copiesOf(document).values(), ...document.sources];
}

function copiesOf(document: RecordingDocument): Map<string, AccessCopy> {
  const copies = [
    ...document.media.flatMap((medium) => (medium.access === null ? [] : [medium.access])),
    ...(document.joined === null ? [] : [document.joined]),
  ];
  return new Map(copies.map((copy) => [copy.path, copy]));
}

function structureProblems(copy: AccessCopy, ogg: OggOpusSummary): string[] {
  const problems = [...ogg.problems];
  const expected = copy.samples * (48_000 / copy.sampleRateHz);
  if (ogg.samplesAt48k !== expected) problems.push(`its pages hold ${ogg.samplesAt48k} samples at 48 kHz, ${expected} were recorded`);
  if (ogg.channels !== null && ogg.channels !== copy.channels) problems.push(`it has ${ogg.channels} channels, ${copy.channels} were recorded`);
  return problems;
}

/** Decodes a copy in full, as a player would, and counts. @throws LongplayError M152 where this machine has no decoder. */
async function playProblems(file: string, copy: AccessCopy, tools: MediaTools, signal: AbortSignal): Promise<string[]> {
  // Loaded when it is asked for: most verifications play nothing.
  const { createCopyDecoder } = await import('../media/copy-decoder.ts');
  const decoder = createCopyDecoder(copy.format, tools, copy.sampleRateHz, signal);
  let samples = 0;
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
    for (;;) {
      signal.throwIfAborted();
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      if (read === 0) break;
      samples += (await decoder.push(buffer.subarray(0, read))).length;
    }
    samples += (await decoder.finish()).length;
  } finally {
    closeSync(descriptor);
    decoder.close?.();
  }
  const problems = [...decoder.problems];
  const perChannel = samples / copy.channels;
  if (perChannel !== copy.samples) problems.push(`decodes to ${perChannel} samples a channel, ${copy.samples} were recorded`);
  return problems;
}
