import { agree } from '../../src/core/base/agree.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { ClaimedFile, UnclaimedFile, UnclaimedReason } from '../engine/records/call.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { type SortedMedia, sortMedia } from './media.ts';
import { namesId, parseAudioName } from './names.ts';
import { isSilentByHeader, namedRecording } from './recording.ts';

/** Returns the group of a file that no row or event names: files of one call by its id, or files of one name in one folder, e.g. the sides of a call. */
export function fileGroup(path: string): string {
  const name = parseAudioName(path);
  return name.idCore === null ? `file ${path.slice(0, path.length - baseName(path).length)}${name.stem}` : `id ${name.idCore}`;
}

/** Divides a group by call: by complete uniqueid if one is known, otherwise by name. A file that a call may have claimed stands alone. */
export function fileCalls(files: readonly UnclaimedFile[]): readonly (readonly UnclaimedFile[])[] {
  const free = files.filter((file) => file.doubt === null);
  const names = free.map((file) => parseAudioName(file.path));
  const ids = [...new Set(names.flatMap((name) => (name.uniqueid === null ? [] : [name.uniqueid])))].sort(
    (a, b) => b.length - a.length || byCodePoint(a, b),
  );
  const calls = new Map<string, UnclaimedFile[]>();
  for (const [index, file] of free.entries()) {
    const name = names[index];
    if (name === undefined) continue;
    const id = name.uniqueid ?? ids.find((candidate) => namesId(name, candidate)) ?? null;
    const call = id !== null ? `id ${id}` : `name ${name.stem}`;
    const together = calls.get(call);
    if (together === undefined) calls.set(call, [file]);
    else together.push(file);
  }
  return [...files.filter((file) => file.doubt !== null).map((file) => [file]), ...calls.values()];
}

/** Describes audio that no row or event names: from the file names, with the reason why no call got the files. */
export function describeFiles(files: readonly ClaimedFile[], context: Context, { doubt, copyOf }: UnclaimedReason): Described {
  const isCopy = copyOf !== null;
  const media = isCopy ? { ...sortMedia(files), files } : sortMedia(files);
  const [first] = media.files;
  const key = first === undefined ? '' : context.keyOf(first.path);
  if (isCopy) {
    const found = finding('I104', `copy ${key}`, 'has the name and the bytes of another file; both are kept');
    return withFinding(namedRecording(`copy ${key}`, media, 'duplicate-audio', 'same name and same bytes as another file', context.zone), found);
  }
  if (doubt !== null)
    return withFinding(
      namedRecording(key, media, 'ambiguous', doubt, context.zone),
      finding('I106', key, `${doubt}; it was not joined with any call`),
    );
  const rule =
    media.files.length === 1 ? 'no row or event names it' : agree`${media.files.length} file[s] of one name or uniqueid; no row or event names it`;
  return namedRecording(key, media, statusOf(media), rule, context.zone);
}

function statusOf(media: SortedMedia): 'zero-audio' | 'ambiguous' | 'audio-without-row' {
  return isSilentByHeader(media) ? 'zero-audio' : media.differing.length > 0 ? 'ambiguous' : 'audio-without-row';
}

function withFinding(described: Described, found: ReturnType<typeof finding>): Described {
  return { ...described, findings: [...(described.findings ?? []), found] };
}
