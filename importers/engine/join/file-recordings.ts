import { agree } from '../../../src/core/base/agree.ts';
import { sha256Hex } from '../../../src/core/base/identifier.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { finding } from '../../../src/core/findings/finding.ts';
import type { ImportItem } from '../../../src/core/model/importer.ts';
import type { Recording } from '../../../src/core/model/recording.ts';
import { entryDigest, type ImportRun } from '../read/import-run.ts';
import type { ClaimedFile } from '../records/call.ts';
import type { KeyedFile, OrphanReason } from '../records/claimed-file.ts';
import type { Context } from '../records/described.ts';
import type { Family } from '../records/family.ts';
import { withoutCopies } from './copies.ts';
import type { JoinedFiles } from './join-files.ts';
import { assembleRecording, mediumOf } from './recordings.ts';

type Orphan = KeyedFile & OrphanReason;

/** Why no call got some files. `copyOf`: key of the recording whose file they are copies of. */
interface Reason {
  readonly doubt: string | null;
  readonly copyOf: string | null;
  readonly copyKey?: string | undefined;
}

/** Yields entries that are not media and that no record claimed, as unclaimed files. */
function* unclaimedFiles(files: readonly Orphan[]): Generator<ImportItem> {
  for (const { path, unknown, doubt } of files) {
    const { reason = '', alien = {} } = unknown ?? {};
    yield { kind: 'file', path, role: 'alien', reason: doubt ?? reason, alien: doubt === null ? alien : { ...alien, isNamed: true } };
  }
}

/**
 * Yields the files that no record claims. Media become recordings, described from their names, with the reason why no call got them and the recording that they
 * copy; files that the family puts into one group become one recording. Other files become unclaimed files.
 */
export async function* fileItems(run: ImportRun, { orphans, unclaimed }: JoinedFiles, context: Context): AsyncGenerator<ImportItem> {
  const { family, signal } = run;
  for (const { values } of orphans.groups()) {
    signal.throwIfAborted();
    const files = values as readonly Orphan[]; // Put by `joinFiles`.
    if (files.every(({ unknown, copyOf }) => unknown !== undefined && copyOf === null)) {
      yield* unclaimedFiles(files);
      continue;
    }
    // A copy becomes a recording of its own, so that its original is complete without it. So does each file of a group that has more files than a recording can
    // have.
    const isAlone = (file: Orphan): boolean => file.copyOf !== null || files.length > limits.rowsPerRecording;
    for (const file of files) {
      if (!isAlone(file)) continue;
      const { doubt, copyOf } = file;
      yield recordingOf(family, [claimedOf(file)], context, { doubt, copyOf: copyOf === null ? null : context.keyOf(copyOf) });
    }
    const together = files.filter((file) => !isAlone(file));
    if (together.length === 0) continue;
    const byPath = new Map(together.map((file) => [file.path, file]));
    for (const part of family.fileCalls?.(together) ?? [together]) {
      const claimed = part.flatMap(({ path }) => {
        const file = byPath.get(path);
        return file === undefined ? [] : [claimedOf(file)];
      });
      const { files: own, copies } = await withoutCopies(family, claimed, (path) => entryDigest(run, path));
      const doubt = part.find((file) => file.doubt !== null)?.doubt ?? null;
      const recording = recordingOf(family, own, context, { doubt, copyOf: null });
      yield recording;
      for (const [index, { file }] of copies.entries()) yield copyRecording(family, file, recording.key, index + 1, context);
    }
  }
  for (const { values } of unclaimed.groups()) {
    signal.throwIfAborted();
    yield* unclaimedFiles(values as readonly Orphan[]); // Put by `joinFiles`.
  }
}

/**
 * Creates a recording of its own from a file that has the bytes of another recording's file.
 * @param of key of the other recording
 * @param number its number among the copies, from 1
 */
export function copyRecording(family: Family, file: ClaimedFile, of: string, number: number, context: Context): Recording {
  const copyKey = family.copyKey?.(of, number);
  return recordingOf(family, [{ ...file, side: 'unknown', by: [], window: false, sharers: 0 }], context, { doubt: null, copyOf: of, copyKey });
}

function claimedOf({ path, kind, size, by = [] }: Orphan): ClaimedFile {
  return { path, kind, size, side: 'unknown', by, window: false, sharers: 0 };
}

function recordingOf(family: Family, claimed: readonly ClaimedFile[], context: Context, { doubt, copyOf, copyKey }: Reason): Recording {
  const [first] = claimed;
  if (first === undefined) throw new Error(`${family.id} makes a recording of no file`);
  const said = family.describeFile?.(first, context, claimed, { doubt, copyOf }) ?? { key: null };
  const { key, status, medium, extra = [], findings = [], files = claimed, rule, provenance, reportsDoubts = false } = said;
  if (files.length !== claimed.length) throw new Error(agree`${family.id} describes ${files.length} of ${claimed.length} file[s]`);
  const own = copyOf === null ? (key ?? context.keyOf(first.path)) : (copyKey ?? `copy ${context.keyOf(first.path)}`);
  const doubts = [
    ...(doubt === null || reportsDoubts ? [] : [finding('I202', own, `${doubt}; it was not joined with any call`)]),
    ...(copyOf === null || reportsDoubts ? [] : [finding('I203', own, 'has the name and the bytes of another file; both are kept')]),
  ];
  const isEmpty = claimed.every(({ size }) => size === 0);
  const told = copyOf === null ? said : { ...said, correlation: [...(said.correlation ?? []), { name: 'copy-of', value: copyOf }] };
  return assembleRecording(family, own, told, {
    media: files.map((file) => mediumOf(file, medium)),
    extra,
    reconciliation:
      copyOf !== null
        ? { status: 'duplicate-audio', rule: (reportsDoubts ? rule : undefined) ?? 'same name and same bytes as another file' }
        : doubt !== null
          ? { status: 'ambiguous', rule: rule ?? doubt }
          : { status: status ?? (isEmpty ? 'zero-audio' : 'audio-without-row'), rule: rule ?? 'no record names it' },
    provenance: provenance ?? claimed.map((file) => ({ kind: 'name', path: file.path, row: null, sha256: sha256Hex(file.path), text: null })),
    findings: [...findings, ...doubts],
  });
}
