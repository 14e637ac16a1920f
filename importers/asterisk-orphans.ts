import { type Finding, finding } from '../src/core/finding.ts';
import type { ImportItem } from '../src/core/importer.ts';
import { byCodePoint } from '../src/core/order.ts';
import type { Recording } from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import type { Stage } from '../src/tables/types.ts';
import type { OrphanFile, OwnedFile } from './asterisk-join.ts';
import { type SortedMedia, sortMedia } from './asterisk-media.ts';
import { namesId, parseAudioName } from './asterisk-names.ts';
import { isSilentByHeader, namedRecording } from './asterisk-recording.ts';

/** Group of an orphan: files of one call by its id, or files of one name, wherever they lie. */
export function orphanGroup(path: string): string {
  const name = parseAudioName(path);
  return name.idCore === null ? `stem ${name.stem}` : `id ${name.idCore}`;
}

/**
 * Recordings of audio that no row or event knows. Files with one id are one recording; of files without an id those in
 * one folder with one name are, as the sides of a call.
 * @param keyOf key of a recording whose leading file is this: its base name, with the folder where base names repeat.
 */
export async function* orphanRecordings(
  orphans: Stage,
  source: Source,
  keyOf: (path: string) => string,
  zone: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportItem> {
  for (const { values } of orphans.groups()) {
    signal.throwIfAborted();
    const files = values as readonly OrphanFile[]; // put by the importer under `orphanGroup`
    for (const doubtful of files) {
      if (doubtful.doubt !== null) yield doubtfulRecording(doubtful, await sortMedia([owned(doubtful)], source, signal), keyOf, zone);
    }
    for (const together of callsIn(files.filter((file) => file.doubt === null))) {
      const media = await sortMedia(together.map(owned), source, signal);
      const [first] = media.files;
      if (first === undefined) continue;
      const key = keyOf(first.path);
      const several =
        media.files.length === 1 ? 'no row or event knows it' : `${media.files.length} files of one name or uniqueid; no row or event knows it`;
      const status = isSilentByHeader(media) ? 'zero-audio' : media.differing.length > 0 ? 'ambiguous' : 'audio-without-row';
      yield namedRecording(key, media, status, several, zone);
      for (const { file } of media.copies) yield* copyRecording(file.path, file.size, key, keyOf, zone);
    }
  }
}

/** A file with the same name and the same bytes as another one: kept, as a recording of its own that says whose copy it is. */
export function* copyRecording(path: string, size: number, of: string, keyOf: (path: string) => string, zone: string | null): Generator<Recording> {
  const media: SortedMedia = {
    files: [{ ...owned({ path, size, doubt: null }), side: 'unknown' }],
    copies: [],
    differing: [],
    split: false,
    otherExtensions: 0,
    empty: 0,
  };
  const copy = namedRecording(`copy ${keyOf(path)}`, media, 'duplicate-audio', 'same name and same bytes as another file', zone);
  const found: Finding = finding('I104', copy.key, 'has the name and the bytes of another file; both are kept');
  yield { ...copy, correlation: [{ name: 'copy-of', value: of }], findings: [...copy.findings, found] };
}

function doubtfulRecording(file: OrphanFile, media: SortedMedia, keyOf: (path: string) => string, zone: string | null): Recording {
  const recording = namedRecording(keyOf(file.path), media, 'ambiguous', file.doubt ?? '', zone);
  return { ...recording, findings: [...recording.findings, finding('I106', recording.key, `${file.doubt ?? ''}; it was joined to none`)] };
}

/** Parts a group by call: by whole uniqueid where one is known, else by name and folder. */
function callsIn(files: readonly OrphanFile[]): readonly OrphanFile[][] {
  const names = files.map((file) => parseAudioName(file.path));
  const ids = [...new Set(names.flatMap((name) => (name.uniqueid === null ? [] : [name.uniqueid])))].sort(
    (a, b) => b.length - a.length || byCodePoint(a, b),
  );
  const calls = new Map<string, OrphanFile[]>();
  for (const [index, file] of files.entries()) {
    const name = names[index];
    if (name === undefined) continue;
    const id = name.uniqueid ?? ids.find((candidate) => namesId(name, candidate)) ?? null;
    const folder = file.path.slice(0, file.path.length - baseName(file.path).length);
    const call = id !== null ? `id ${id}` : name.idCore !== null ? `name ${name.stem}` : `file ${folder}${name.stem}`;
    const together = calls.get(call);
    if (together === undefined) calls.set(call, [file]);
    else together.push(file);
  }
  return [...calls.values()];
}

function owned({ path, size }: OrphanFile): OwnedFile {
  return { path, size, side: null, by: [], window: false, sharers: 0 };
}
