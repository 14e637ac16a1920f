import { Cursor } from '../../src/core/cursor.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';

/** Bytes at the start in which the headers of an IFF file stand: before its BODY. */
const iffHeadBytes = 64 * 1024;

/** Compressions of MAUD (sox src/maud.c). */
const maudCodings = new Map([
  [0, ' PCM'],
  [2, ' A-law'],
  [3, ' mu-law'],
]);

/** Amiga samples: 8SVX and 16SV of Electronic Arts, MAUD of MacroSystem. */
export const iff: DemuxedContainer = {
  demuxer: 'iff',
  title: 'Amiga IFF sound',
  extensions: ['.8svx', '.svx', '.maud', '.maude'],
  magics: [
    [8, '8SVX'],
    [8, '16SV'],
    [8, 'MAUD'],
  ],
  confidence: 'signature',
  fact: '8SVX, MAUD: Electronic Arts, "8SVX" IFF 8-Bit Sampled Voice; sox src/maud.c; FFmpeg libavformat/iff.c; files of sox',
  sound: async (head, bytes, signal) => {
    if (String.fromCharCode(...head.subarray(0, 4)) !== 'FORM') return null;
    const start = await bytes.read(0, iffHeadBytes, signal);
    const kind = String.fromCharCode(...head.subarray(8, 12));
    let sampleRateHz = 0;
    let channels = 1;
    let coding = kind === '8SVX' ? '8-bit PCM' : '16-bit PCM';
    for (let at = 12; at + 8 <= start.length; ) {
      const fields = new Cursor(start, at, 'big');
      const id = fields.text(4, 'chunk');
      const size = fields.u32('chunk size');
      if (id === 'VHDR') {
        fields.skip(12, 'samples of the octaves');
        sampleRateHz = fields.u16('rate');
        fields.skip(1, 'octaves');
        if (fields.u8('compression') === 1) coding = 'Fibonacci delta';
      } else if (id === 'CHAN') {
        // 2 left, 4 right, 6 both.
        channels = fields.u32('channels') === 6 ? 2 : 1;
      } else if (id === 'MHDR') {
        fields.skip(4, 'samples');
        coding = `${fields.u16('bits')}-bit`;
        fields.skip(2, 'bits after decompression');
        sampleRateHz = fields.u32('frequency') / Math.max(1, fields.u16('divisor'));
        fields.skip(2, 'channel information');
        channels = fields.u16('channels');
        coding += maudCodings.get(fields.u16('compression')) ?? ' of an unknown compression';
      } else if (id === 'BODY' || id === 'MDAT') {
        const sound: DemuxedSound = { coding, sampleRateHz, channels, missingBytes: Math.max(0, at + 8 + size - bytes.size) };
        return sound;
      }
      at += 8 + size + (size & 1);
    }
    return 'no chunk of sound follows its headers';
  },
};
