import { LongplayError } from '../../core/base/error.ts';
import { foldedName } from '../../core/base/safe-path.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { startParts } from '../../core/time/clock-text.ts';
import { didYouMean } from '../../core/words/nearest.ts';
import { type CatalogEntry, catalogEntry } from '../../store/catalog/catalog-entry.ts';

const fields = [
  'date',
  'time',
  'year',
  'month',
  'day',
  'direction',
  'from',
  'to',
  'agent',
  'duration',
  'codec',
  'id',
  'key',
  'group',
  'bag',
  'importer',
  'site',
  'status',
] as const;
type Field = (typeof fields)[number];
const maxNameBytes = 150;

/** Returns the name that a checked template gives a recording, before it is made valid for file systems. */
export function nameOf(document: RecordingDocument, bag: string, template: string): string {
  const values = valuesOf(catalogEntry(document), bag);
  // The template was checked, so it has only known fields.
  return template.replace(/\{(\w+)\}/g, (_, field: string) => values[field as Field] ?? '');
}

function valuesOf(entry: CatalogEntry, bag: string): Readonly<Record<Field, string>> {
  const { date, time } = startParts(entry.start);
  return {
    date: date === '' ? 'undated' : date,
    time,
    year: date === '' ? 'undated' : date.slice(0, 4),
    month: date === '' ? 'undated' : date.slice(5, 7),
    day: date === '' ? 'undated' : date.slice(8, 10),
    direction: entry.direction,
    from: entry.from,
    to: entry.to,
    agent: entry.agent,
    duration: entry.durationMs === null ? '' : durationText(entry.durationMs),
    codec: entry.codecs.replaceAll(' ', '+'),
    id: entry.recordingId.slice(0, 8),
    key: entry.key,
    group: entry.groupId ?? '',
    bag: bag.slice(bag.lastIndexOf('/') + 1),
    importer: entry.importer,
    site: entry.site,
    status: entry.status,
  };
}

/** Formats a duration as `3m07s` or `1h02m03s`, which is readable and valid on every file system. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours === 0 ? `${minutes}m${two(seconds % 60)}s` : `${hours}h${two(minutes)}m${two(seconds % 60)}s`;
}

/**
 * Matches device names that Windows opens instead of a file, whatever follows the first dot. Source:
 * learn.microsoft.com/windows/win32/fileio/naming-a-file.
 */
const devices = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\.|$)/i;

function safeName(wanted: string): string {
  const plain = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}+._@-]+/gu, '_')
    .replace(/^[._-]+|[._-]+$/g, '')
    .replace(devices, '$&_');
  let base = plain === '' ? 'recording' : plain;
  // Removes whole characters, because half of a surrogate pair is not valid.
  while (Buffer.byteLength(base) > maxNameBytes) base = [...base].slice(0, -1).join('');
  return base.replace(/[.]+$/, '');
}

/**
 * Returns a unique beginning of file names that every file system accepts and that never leads into a folder.
 * @param endings endings of the files with this beginning; the resulting names are then taken
 */
export function freeStem(wanted: string, endings: readonly string[], taken: Set<string>): string {
  const base = safeName(wanted);
  for (let number = 1; ; number++) {
    const stem = number === 1 ? base : `${base}-${number}`;
    // The bare stem is reserved as well, because it belongs to one recording: otherwise another call named `call-2` could collide with the second
    // medium of `call`.
    const names = ['', ...endings].map((ending) => foldedName(stem + ending));
    if (names.some((name) => taken.has(name))) continue;
    for (const name of names) taken.add(name);
    return stem;
  }
}

/** Checks a name template. @throws LongplayError U134 if it has an unknown field or an unmatched brace */
export function checkTemplate(template: string): void {
  const rest = template.replace(/\{[^{}]*\}/g, '');
  if (/[{}]/.test(rest)) throw new LongplayError('usage', 'U134', '--name-template has a brace without a counterpart', 'write fields as {date}');
  for (const [, field] of template.matchAll(/\{([^{}]*)\}/g)) {
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
