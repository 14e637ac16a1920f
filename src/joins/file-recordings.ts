import { finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { limits } from '../core/limits.ts';
import type { Recording } from '../core/recording.ts';
import type { Stage } from '../tables/types.ts';
import type { KeyedFile, OrphanReason } from './claims.ts';
import { assembled, mediumOf } from './recordings.ts';
import type { ClaimedFile, Context, Family } from './types.ts';

type Orphan = KeyedFile & OrphanReason;

/** Recordings of files that no record claims: what their names tell, why nobody got them, whose copies they are. Files of one group of the family are one recording. */
export function* fileRecordings(
  family: Family,
  orphans: Stage,
  context: Context,
  keyOf: (path: string) => string,
  signal: AbortSignal,
): Generator<Recording> {
  for (const { values } of orphans.groups()) {
    signal.throwIfAborted();
    const files = values as readonly Orphan[];
    // A copy stands alone, so that its original is whole without it; so does each of more files than a call can have.
    const isAlone = (file: Orphan): boolean => file.copyOf !== null || files.length > limits.rowsPerRecording;
    for (const file of files) if (isAlone(file)) yield recordingOf(family, [file], context, keyOf);
    const [first, ...others] = files.filter((file) => !isAlone(file));
    if (first !== undefined) yield recordingOf(family, [first, ...others], context, keyOf);
  }
}

function recordingOf(family: Family, orphans: readonly [Orphan, ...Orphan[]], context: Context, keyOf: (path: string) => string): Recording {
  const [first] = orphans;
  const { path, copyOf } = first;
  const fileOf = ({ path, kind, size, by = [] }: Orphan): ClaimedFile => ({ path, kind, size, side: 'unknown', by, window: false });
  const claimed = orphans.map(fileOf);
  const said = family.describeFile?.(fileOf(first), context, claimed) ?? { key: null };
  const { key, status, medium, extra = [], findings = [], files = claimed, rule, provenance, tellsDoubts = false } = said;
  if (files.length !== claimed.length) throw new Error(`${family.id} tells of ${files.length} of ${claimed.length} files`);
  const own = copyOf === null ? (key ?? keyOf(path)) : `copy ${keyOf(path)}`;
  const doubt = orphans.find((orphan) => orphan.doubt !== null)?.doubt ?? null;
  const doubts = [
    ...(doubt === null || tellsDoubts ? [] : [finding('I202', own, `${doubt}; it was joined to none`)]),
    ...(copyOf === null ? [] : [finding('I203', own, 'has the name and the bytes of another file; both are kept')]),
  ];
  const isEmpty = claimed.every(({ size }) => size === 0);
  const told = copyOf === null ? said : { ...said, correlation: [...(said.correlation ?? []), { name: 'copy-of', value: keyOf(copyOf) }] };
  return assembled(family, own, told, {
    media: files.map((file) => mediumOf(file, medium)),
    extra,
    reconciliation:
      copyOf !== null
        ? { status: 'duplicate-audio', rule: 'same name and same bytes as another file' }
        : doubt !== null
          ? { status: 'ambiguous', rule: rule ?? doubt }
          : { status: status ?? (isEmpty ? 'zero-audio' : 'audio-without-row'), rule: rule ?? 'no record names it' },
    provenance: provenance ?? claimed.map((file) => ({ kind: 'name', path: file.path, row: null, sha256: sha256Hex(file.path), text: null })),
    findings: [...findings, ...doubts],
  });
}
