import { createHash } from 'node:crypto';
import { finding } from '../src/core/finding.ts';
import type { Importer } from '../src/core/importer.ts';
import { emptyRecording } from '../src/core/recording.ts';
import { baseName, extension } from '../src/core/safe-path.ts';

/** Extensions under which recorders leave audio; what the bytes are is found out when they are read. */
const audioExtensions = new Set(
  'aac al alaw amr au dss ds2 flac g722 g723 g726 g729 gsm ilbc la lu m4a mp3 mu nmf ogg opus pcm raw sln sln16 snd spx ul ulaw voc vox wav wav49 wma'.split(
    ' ',
  ),
);

/** Files by themselves: no tables, no sidecars. Each audio file is one recording, known by its path. */
export const looseFiles: Importer = {
  id: 'loose-files',
  title: 'Audio files without metadata',
  grade: 'verified',
  facts: ['no format of any vendor: names and bytes only'],
  fallback: true,
  recognise: async (source, _options, signal) => {
    let audio = 0;
    let others = 0;
    for await (const entry of source.entries(signal)) {
      if (isAudioName(entry.path)) audio++;
      else others++;
    }
    return audio === 0 ? null : `${audio} audio files by their names, ${others} other files; no recorder's tables or names`;
  },
  items: async function* (source, _options, signal) {
    let recordings = 0;
    for await (const entry of source.entries(signal)) {
      if (!isAudioName(entry.path)) {
        yield { kind: 'file', path: entry.path, role: 'alien', reason: 'not an audio file by its name' };
        continue;
      }
      recordings++;
      yield {
        ...emptyRecording('loose-files', 'verified', keyOf(entry.path)),
        sourceKeys: [{ name: 'path', value: entry.path }],
        media: [{ path: entry.path, kind: 'audio', side: 'unknown', channels: [], audioStart: null }],
        reconciliation: { status: 'audio-without-row', rule: 'no metadata in the source' },
        provenance: [{ kind: 'name', path: entry.path, row: null, sha256: createHash('sha256').update(entry.path).digest('hex'), text: null }],
      };
    }
    if (recordings > 0) yield finding('I190', source.name, `${recordings} recordings have no metadata but their names`);
  },
};

function isAudioName(path: string): boolean {
  return audioExtensions.has(extension(path).slice(1).toLowerCase());
}

/** The whole path: base names repeat from folder to folder. */
function keyOf(path: string): string {
  return baseName(path) === path ? path : path.replaceAll('!', '/');
}
