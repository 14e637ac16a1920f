import { Cursor } from '../../src/core/cursor.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** Headers before the first packet of data. */
const searchBytes = 256 * 1024;
const mostChunks = 1_000;

/** RealMedia, and RealAudio by itself. */
export const real: DemuxedContainer = {
  demuxer: 'rm',
  title: 'RealMedia, RealAudio',
  extensions: ['.rm', '.ra'],
  magics: [
    [0, '.RMF\0\0'],
    [0, '.ra\xfd\0'],
  ],
  confidence: 'signature',
  fact: 'RealMedia: Helix, RealMedia File Format; FFmpeg libavformat/rmdec.c; files of FFmpeg with RealAudio 1.0 (14.4) and AC-3',
  sound: async (head, bytes, signal) => {
    if (head[1] === 0x72) return readAudio(head) ?? 'a version of RealAudio that is not known';
    const start = await bytes.read(0, searchBytes, signal);
    const sounds: DemuxedSound[] = [];
    let others = 0;
    for (let at = 0, count = 0; at + 10 <= start.length && count < mostChunks; count++) {
      const fields = new Cursor(start, at, 'big');
      const id = fields.text(4, 'chunk');
      const size = fields.u32('chunk size');
      if (id === 'DATA' || size < 10) break;
      if (id === 'MDPR') {
        fields.skip(2 + 2 + 7 * 4, 'version, number, rates, times');
        fields.skip(fields.u8('length of the name'), 'name');
        const type = fields.text(fields.u8('length of the type'), 'type');
        const own = fields.bytes(Math.min(fields.u32('length of the header'), fields.left), 'header');
        const sound = readAudio(own);
        if (sound !== null) sounds.push(sound);
        else if (type.startsWith('video/')) others++;
      }
      at += size;
    }
    const [first] = sounds;
    return first === undefined ? `no audio stream beside ${others} of video` : { ...first, audioStreams: sounds.length, otherStreams: others };
  },
};

/** The header of RealAudio 3 to 5; its fields stand one behind the other as rm_read_audio_stream_info reads them. */
function readAudio(bytes: Uint8Array): DemuxedSound | null {
  const fields = new Cursor(bytes, 0, 'big');
  if (fields.left < 6 || fields.text(4, 'magic') !== '.ra\xfd') return null;
  const version = fields.u16('version');
  if (version === 3) return { coding: 'RealAudio 1.0 (14.4)', sampleRateHz: 8000, channels: 1 };
  if (version !== 4 && version !== 5) return null;
  fields.position = version === 4 ? 48 : 54;
  const sampleRateHz = fields.u16('rate');
  fields.skip(4, 'bits');
  return { coding: `RealAudio, header ${version}`, sampleRateHz, channels: fields.u16('channels') };
}
