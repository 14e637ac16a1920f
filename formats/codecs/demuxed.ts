import type { Codec } from '../../src/core/model/format.ts';
import { demuxedContainers } from '../demuxed/table.ts';

const none = new Uint8Array(0);
const demuxers = new Set(demuxedContainers.map(({ demuxer }) => demuxer));

/** Demuxer of blocks whose checksums FFmpeg compares only on request: WavPack. */
const checksummed = 'wv';
/** Demuxers for which FFmpeg 7.1 skips overwritten bytes without a message. */
const passesOver: ReadonlySet<string> = new Set(['nut', 'mlp', 'truehd']);

/**
 * Decodes one audio stream of a whole file with the demuxer that `setup` names, whatever its coding: the first stream, or the one whose number follows a colon.
 * FFmpeg may use only that demuxer: it does not probe others, so that a file cannot lead it to a playlist or to another file.
 */
export const throughFfmpegCodec: Codec = {
  id: 'through-ffmpeg',
  title: 'Any coding that FFmpeg decodes, in its container',
  facts: ['FFmpeg 7.1: 50 files of 25 demuxers give the same samples from a pipe as from the file'],
  needsContainer: true,
  // Containers are padded: zeros in AVI's headers, in indexes and in fillers are no damage.
  marks: { zeros: 'padding' },
  decode: {
    by: 'ffmpeg',
    input: ({ setup }) => {
      const [demuxer = '', stream = '0'] = String.fromCharCode(...(setup ?? none)).split(':');
      if (!demuxers.has(demuxer)) throw new Error(`${demuxer} is not a demuxer of the list`);
      const checks = demuxer === checksummed ? ['-err_detect', 'crccheck'] : [];
      const args = ['-f', demuxer, '-format_whitelist', demuxer, '-vn', '-sn', '-dn', ...checks];
      return { args, prefix: none, timed: true, counted: passesOver.has(demuxer), stream: Number(stream) };
    },
  },
};
