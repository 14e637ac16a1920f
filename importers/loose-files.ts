import { createHash } from 'node:crypto';
import { LongplayError } from '../src/core/error.ts';
import { finding } from '../src/core/finding.ts';
import type { Importer } from '../src/core/importer.ts';
import { emptyRecording } from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import type { Entry, Source } from '../src/core/source.ts';
import { isAudioName } from '../src/joins/media-names.ts';

/** First bytes that only audio and captures have, as latin-1: what a lost or foreign extension does not hide. */
const audioStart =
  /^(RIFF....WAVE|RIFX....WAVE|RF64....WAVE|\.snd|dns\.|OggS|fLaC|ID3|#!AMR|#!iLBC|NIST_1A|caff|FORM....AIF|Creative Voice File|MS_VOICE|[\x02\x03]dss|[\x03\x07](ds2|enc)|\*\*\*\*)/s;
/** pcap in both byte orders and with nanoseconds; pcapng. */
const captureStart = /^(\xa1\xb2[\xc3\x3c][\xd4\x4d]|[\xd4\x4d][\xc3\x3c]\xb2\xa1|\x0a\x0d\x0d\x0a)/;
const startBytes = 20;
/** Files without an audio name that are looked into before a source is said to hold none. */
const looksToRecognise = 200;

/** Files by themselves: no tables, no sidecars. Each audio file is one recording, known by its path. */
export const looseFiles: Importer = {
  id: 'loose-files',
  title: 'Audio files without metadata',
  grade: 'verified',
  facts: ['no format of any vendor: names and first bytes only'],
  tested: ['every sample of audio that ships'],
  fallback: true,
  recognise: async (source, { isDeclared }, signal) => {
    let named = 0;
    let others = 0;
    let looks = 0;
    let found = 0;
    for await (const entry of source.entries(signal)) {
      if (isAudioName(entry.path) || isDeclared?.(entry.path) === true) named++;
      else {
        others++;
        if (named === 0 && looks++ < looksToRecognise && (await beginsAsAudio(source, entry, signal)) === true) found++;
      }
    }
    if (named > 0) return `${named} audio files by their names, ${others} other files; no recorder's tables or names`;
    return found > 0 ? `no audio files by their names, ${found} of ${Math.min(looks, looksToRecognise)} by their first bytes` : null;
  },
  items: async function* (source, { isDeclared }, signal) {
    let recordings = 0;
    for await (const entry of source.entries(signal)) {
      const audio = isAudioName(entry.path) || isDeclared?.(entry.path) === true || (await beginsAsAudio(source, entry, signal));
      if (audio instanceof LongplayError) yield finding('S110', entry.path, audio.message);
      if (audio !== true) {
        yield { kind: 'file', path: entry.path, role: 'alien', reason: 'no audio by its name and first bytes' };
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

/** Whether a file whose name does not say so begins as audio; an error where it cannot be read. */
async function beginsAsAudio(source: Source, entry: Entry, signal: AbortSignal): Promise<boolean | LongplayError> {
  if (entry.size < startBytes) return false;
  try {
    const start = Buffer.from(await (await source.open(entry, signal)).read(0, startBytes, signal)).toString('latin1');
    return audioStart.test(start) || captureStart.test(start);
  } catch (error) {
    // The source tells what it cannot open in such an error; a full disk or an abort is no matter of one file.
    if (error instanceof LongplayError && (error.code === 'S102' || error.code === 'S103')) return error;
    throw error;
  }
}

/** The whole path: base names repeat from folder to folder. */
function keyOf(path: string): string {
  return baseName(path) === path ? path : path.replaceAll('!', '/');
}
