import { finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { emptyRecording, type Recording } from '../core/recording.ts';
import type { Stage } from '../tables/types.ts';
import type { KeyedFile, OrphanReason } from './claims.ts';
import { mediumOf } from './recordings.ts';
import type { ClaimedFile, Context, Family } from './types.ts';

/** Recordings of files that no record claims: what their names tell, why nobody got them, whose copies they are. */
export function* fileRecordings(
  family: Family,
  orphans: Stage,
  context: Context,
  keyOf: (path: string) => string,
  signal: AbortSignal,
): Generator<Recording> {
  for (const { values } of orphans.groups()) {
    signal.throwIfAborted();
    for (const { path, size, doubt, copyOf } of values as readonly (KeyedFile & OrphanReason)[]) {
      const file: ClaimedFile = { path, size, side: 'unknown', by: [], window: false };
      const {
        key,
        status,
        medium,
        extra = [],
        findings = [],
        absence: _absence,
        records: _r,
        repeated: _d,
        files: _f,
        ...said
      } = family.describeFile?.(file, context) ?? {
        key: null,
      };
      const own = copyOf === null ? (key ?? keyOf(path)) : `copy ${keyOf(path)}`;
      const doubts = [
        ...(doubt === null ? [] : [finding('I202', own, `${doubt}; it was joined to none`)]),
        ...(copyOf === null ? [] : [finding('I203', own, 'has the name and the bytes of another file; both are kept')]),
      ];
      yield {
        ...emptyRecording(family.id, family.grade, own),
        ...said,
        ...(copyOf === null ? {} : { correlation: [...(said.correlation ?? []), { name: 'copy-of', value: keyOf(copyOf) }] }),
        media: [mediumOf(family, file, medium)],
        extra,
        reconciliation:
          copyOf !== null
            ? { status: 'duplicate-audio', rule: 'same name and same bytes as another file' }
            : doubt !== null
              ? { status: 'ambiguous', rule: doubt }
              : { status: status ?? (size === 0 ? 'zero-audio' : 'audio-without-row'), rule: 'no record names it' },
        provenance: [{ kind: 'name', path, row: null, sha256: sha256Hex(path), text: null }],
        findings: [...findings, ...doubts],
      };
    }
  }
}
