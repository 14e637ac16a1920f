import type { MediaJudge, SoundKind } from '../../src/core/base/media-judge.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { MediaRef } from '../../src/core/model/recording.ts';

/** Extensions of screen recordings, which lie beside the audio and share its INUM (recorder facts 1.8: `screen/vnd.verint.capb`, SCN, AVI). */
const screen = new Set('avi asf capb mkv scn wmv'.split(' '));

/** Extensions of files that never belong to a recording: tables, texts, and archives that could not be opened. */
const strangers = new Set(
  'csv tsv txt json jsonl html htm log md pdf doc docx xls xlsx tar gz tgz zip 7z rar bz2 xz zst iso sql db md5 sha1 sha256'.split(' '),
);

/** Audio, screen recording or sidecar. */
export type SidecarKind = 'audio' | 'screen' | 'sidecar';

/** Returns the kind of an entry by its name; null if the name does not show it. */
export function kindByName(path: string, media: MediaJudge): SidecarKind | null {
  if (isSidecar(path)) return 'sidecar';
  const kind = mediumKind(path, media.kindOfName(path));
  return kind === null ? null : kind === 'screen' ? 'screen' : 'audio';
}

export function isSidecar(path: string): boolean {
  return endingOf(path) === 'xml';
}

/** Returns the kind of a medium; see `Family.mediumKind`. */
export function mediumKind(path: string, usual: SoundKind | null): MediaRef['kind'] | null {
  return screen.has(endingOf(path)) ? 'screen' : usual;
}

/** Returns true if a file without audio may belong to a recording by its INUM, e.g. the file of its energy (recorder facts 1.8; its extension is unknown). */
export function isBeside(path: string): boolean {
  return inumOfName(path) !== null && !strangers.has(endingOf(path));
}

/** Returns the INUM at the beginning of a file name, or null: exactly 15 digits (`<INUM>---<uuid>.wav`). The uuid is not used. */
export function inumOfName(path: string): string | null {
  return /^(\d{15})(?!\d)/.exec(baseName(path))?.[1] ?? null;
}

/** Returns the base name without extension. */
export function stemOf(path: string): string {
  const base = baseName(path);
  return base.slice(0, base.length - extension(path).length);
}

/** Returns folder and stem. */
export function pathStemOf(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}

function endingOf(path: string): string {
  return extension(path.trimEnd()).slice(1).toLowerCase();
}
