import type { MediaJudge } from '../src/core/media-judge.ts';
import { baseName, extension } from '../src/core/safe-path.ts';
import type { Stage } from '../src/tables/types.ts';

/** Screen recordings lie beside the audio and share its INUM (facts, recorders 1.8: `screen/vnd.verint.capb`, SCN, AVI). */
const screen = new Set('avi asf capb mkv scn wmv'.split(' '));

/** Files that are none of a recording's, whatever their name: tables, texts, and archives that nobody could enter. */
const strangers = new Set(
  'csv tsv txt json jsonl html htm log md pdf doc docx xls xlsx tar gz tgz zip 7z rar bz2 xz zst iso sql db md5 sha1 sha256'.split(' '),
);

/** Audio, screen recording, sidecar, or something else that has the INUM of a recording, as the file of its energy (facts, recorders 1.8; its extension is not known). */
export type SidecarKind = 'audio' | 'screen' | 'sidecar' | 'other';

/** What an entry is by its name; null: nothing of these. Where it is `other` or null, its content may show audio. */
export function kindByName(path: string, media: MediaJudge): SidecarKind | null {
  const ending = extension(path.trimEnd()).slice(1).toLowerCase();
  if (ending === 'xml') return 'sidecar';
  if (screen.has(ending)) return 'screen';
  if (media.kindOfName(path) !== null) return 'audio';
  return inumOfName(path) !== null && !strangers.has(ending) ? 'other' : null;
}

/** What each entry of a source is, once those whose name leaves it open were judged by content. */
export interface Kinds {
  of(path: string): SidecarKind | null;
}

/** @param judged holds `audio` under the path of each entry that is audio by its content */
export function kindsOf(media: MediaJudge, judged: Stage): Kinds {
  return {
    of: (path) => {
      const named = kindByName(path, media);
      return named !== null && named !== 'other' ? named : judged.get(path, 1).length > 0 ? 'audio' : named;
    },
  };
}

/** The INUM at the beginning of a file name, or null: 15 digits and no more (`<INUM>---<uuid>.wav`). The uuid says nothing. */
export function inumOfName(path: string): string | null {
  return /^(\d{15})(?!\d)/.exec(baseName(path))?.[1] ?? null;
}

/** Base name without extension. */
export function stemOf(path: string): string {
  const base = baseName(path);
  return base.slice(0, base.length - extension(path).length);
}

/** Folder and stem. */
export function pathStemOf(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}
