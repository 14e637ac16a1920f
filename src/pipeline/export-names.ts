import { timeForSorting } from '../catalog/catalog-entry.ts';
import { LongplayError } from '../core/error.ts';
import { didYouMean } from '../core/nearest.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import { foldedName } from '../core/safe-path.ts';

const fields = ['date', 'time', 'direction', 'from', 'to', 'id', 'key', 'importer', 'site', 'status'] as const;
const maxNameBytes = 150;

/** The name that a checked template gives a recording. */
export function nameOf(document: RecordingDocument, template: string): string {
  const { recording } = document;
  const start = timeForSorting(recording.callStart);
  const party = (...roles: string[]): string => {
    const found = recording.parties.find((p) => roles.includes(p.role));
    return found?.phone?.raw ?? found?.name ?? '';
  };
  const values: Readonly<Record<(typeof fields)[number], string>> = {
    date: start === null ? 'undated' : start.slice(0, 10),
    time: start === null ? '' : start.slice(11, 19).replaceAll(':', ''),
    direction: recording.direction.value,
    from: party('caller', 'customer'),
    to: party('callee', 'agent'),
    id: document.recordingId.slice(0, 8),
    key: recording.key,
    importer: recording.importer,
    site: document.site,
    status: recording.reconciliation.status,
  };
  // Templates were checked: only known fields are left.
  return template.replace(/\{(\w+)\}/g, (_, field: string) => values[field as (typeof fields)[number]] ?? '');
}

/**
 * The beginning of names that every file system takes and no other file has; it never leads into a folder.
 * @param endings of the files that will have it; their names are taken from then on.
 */
export function freeStem(wanted: string, endings: readonly string[], taken: Set<string>): string {
  const plain = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}+._@-]+/gu, '_')
    .replace(/^[._-]+|[._-]+$/g, '');
  let base = plain === '' ? 'recording' : plain;
  // By whole characters: half of a surrogate pair is no name.
  while (Buffer.byteLength(base) > maxNameBytes) base = [...base].slice(0, -1).join('');
  for (let number = 1; ; number++) {
    const stem = number === 1 ? base : `${base}-${number}`;
    // The second medium of a call is called `call-2`, too; and a stem by itself is one recording's.
    const names = ['', ...endings].map((ending) => foldedName(stem + ending));
    if (names.some((name) => taken.has(name))) continue;
    for (const name of names) taken.add(name);
    return stem;
  }
}

/** @throws LongplayError U134 where the template names a field that recordings do not have. */
export function checkTemplate(template: string): void {
  for (const [, field] of template.matchAll(/\{([^}]*)\}/g)) {
    if (!fields.some((known) => known === field)) {
      throw new LongplayError(
        'usage',
        'U134',
        `--name-template has an unknown field {${field}}`,
        `${didYouMean(field ?? '', fields)}the fields are ${fields.map((known) => `{${known}}`).join(' ')}`,
      );
    }
  }
}
