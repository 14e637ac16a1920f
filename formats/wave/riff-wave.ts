import { limits } from '../../src/core/base/limits.ts';
import type { DeclaredCoding, Format } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { walkRiff } from '../riff/riff.ts';
import { tagText, waveTag, waveTagNumbers } from '../riff/wave-tags.ts';
import { identifyWave } from './file.ts';

/** Prefixes of codec ids among which a rule chooses by the other fields of the header. */
const families = new Map([
  ['linear', 'pcm-'],
  ['float', 'pcm-f'],
  ['g721', 'g726-32'],
]);

/** Identifies WAVE in RIFF, RIFX, RF64 and BW64, intact or damaged. The codec follows from wFormatTag by our own table, never by FFmpeg's. */
export const riffWave: Format = {
  id: 'riff-wave',
  title: 'WAVE (RIFF, RIFX, RF64)',
  extensions: ['.wav', '.wave', '.wav49', '.rf64', '.bwf', '.trm'],
  mediaType: 'audio/vnd.wave',
  grade: 'verified',
  pronom: ['fmt/6', 'fmt/141', 'fmt/142', 'fmt/143', 'fmt/1', 'fmt/2', 'fmt/527', 'fmt/712', 'fmt/713'],
  facts: [
    'IBM and Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991); Microsoft mmreg.h',
    'EBU Tech 3285 (BWF), EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64)',
    'Damaged files: behaviour of FFmpeg 7.1, sox 14.4 and libsndfile 1.2 on 22 synthetic cases; Asterisk 22 and FreeSWITCH recordings',
  ],
  codings: waveTagNumbers.map(declaredCoding),
  async identify(bytes, hint, signal) {
    // A tar or a disk image may contain a WAVE somewhere: only a file with a WAVE extension is searched beyond its first byte.
    const named = riffWave.extensions.includes(extensionOf(hint));
    const walk = await walkRiff(bytes, 'WAVE', 0, named ? limits.riffSearchBytes : 0, signal);
    if (walk === null || walk.kind === 'Wave64') return null;
    if (walk.at > 0 && !walk.chunks.some((chunk) => chunk.id === 'fmt ')) return null;
    return identifyWave(bytes, walk, riffWave.id, signal);
  },
};

function declaredCoding(tag: number): DeclaredCoding {
  const { name, registrant, coding, reason, assumed, also } = waveTag(tag);
  const notes = [reason, assumed ? 'by its name alone: no file with this tag was available' : null, also === null ? null : `also: ${also}`];
  return {
    declared: tagText(tag),
    name: registrant === '' ? name : `${name} (${registrant})`,
    codec: coding === null ? null : (families.get(coding) ?? coding),
    note: notes.filter((note) => note !== null).join('; '),
  };
}
