import { baseName, extension } from '../src/core/safe-path.ts';

const audio = new Set('aac aif aiff al amr au flac g722 g723 g726 g729 gsm m4a mp3 mp4 ogg opus pcm raw sri ul v3 vox wav wave webm wma'.split(' '));
/** Screen recordings lie beside the audio and share its INUM (facts, recorders 1.8: `screen/vnd.verint.capb`, SCN, AVI). */
const screen = new Set('avi asf capb mkv scn wmv'.split(' '));

/** Files that are none of a recording's, whatever their name: tables, texts, and archives that nobody could enter. */
const strangers = new Set(
  'csv tsv txt json jsonl html htm log md pdf doc docx xls xlsx tar gz tgz zip 7z rar bz2 xz zst iso sql db md5 sha1 sha256'.split(' '),
);

/**
 * What an entry is by its name: audio, screen recording, sidecar, or something else that has the INUM of a recording, as the file of its energy (facts, recorders
 * 1.8; its extension is not known); null: nothing of these.
 */
export function kindOf(path: string): 'audio' | 'screen' | 'sidecar' | 'other' | null {
  const ending = extension(path).slice(1).toLowerCase();
  if (ending === 'xml') return 'sidecar';
  if (audio.has(ending)) return 'audio';
  if (screen.has(ending)) return 'screen';
  return inumOfName(path) !== null && !strangers.has(ending) ? 'other' : null;
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
