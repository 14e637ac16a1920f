import type { Codec, Track } from '../../src/core/model/format.ts';
import { readSpeexHeader } from '../ogg/speex-packet.ts';
import { framesInBlocks } from './base/coded-frames.ts';
import { unpackWaveFormat, type WaveFormat, wavePrefix, wavePrefixArgs } from './base/wave-prefix.ts';

/** Returns the header in a track's set-up bytes, or one created from the track's fields. */
function formatOf(track: Track): WaveFormat {
  const stated = track.setup === null ? null : unpackWaveFormat(track.setup);
  const { channels, sampleRateHz } = track;
  if (stated !== null) return { ...stated, channels, sampleRateHz };
  return { tag: 0, channels, sampleRateHz, bytesPerSecond: 0, blockBytes: track.blockBytes ?? 0, bitsPerSample: 0, extra: new Uint8Array(0) };
}

/** Sizes from this one on mean an unknown length to FFmpeg. */
const mostStatedBytes = 0x7fff0000;

/**
 * Creates a codec whose packets FFmpeg's WAVE demuxer separates. The header is ours: it has the one tag that belongs to the codec, and the decoder is named, so
 * that FFmpeg's own table of tags decides nothing. The track's set-up bytes are the WAVEFORMATEX of the file (`packWaveFormat`): its data rate and extra bytes
 * configure these decoders.
 */
function inWave(
  id: string,
  title: string,
  { tag, decoder }: { readonly tag: number; readonly decoder: string },
  facts: Codec['facts'],
  frames: Codec['frames'] = () => null,
): Codec {
  return {
    id,
    title,
    facts,
    frames,
    decode: {
      by: 'ffmpeg',
      input(track) {
        const format = { ...formatOf(track), tag };
        // Packets of one block each: some decoders use only the first frame of a longer packet and silently drop the rest.
        const size = format.blockBytes > 1 && decoder !== 'ftr' ? ['-max_size', String(format.blockBytes)] : [];
        // If the length is stated, FFmpeg does not treat the end of the pipe as damage to the last packet.
        const bytes = track.spans.reduce((sum, [start, end]) => sum + end - start, 0);
        const stated = bytes > 0 && bytes < mostStatedBytes;
        const args = [...(stated ? ['-f', 'wav'] : wavePrefixArgs), ...size, '-c:a', decoder];
        return { args, prefix: stated ? wavePrefix(format, bytes) : wavePrefix(format) };
      },
    },
  };
}

/** Number of samples of one block of Siren and G.722.1, whatever its size (ITU-T G.722.1, 20 ms at 16 kHz). */
const sirenFrames = 320;
const sirenCount: Codec['frames'] = (track) => (track.blockBytes === null ? null : framesInBlocks(track, track.blockBytes, sirenFrames));

const speexCount: Codec['frames'] = (track) => {
  const header = readSpeexHeader(formatOf(track).extra);
  return header === null || track.blockBytes === null ? null : framesInBlocks(track, track.blockBytes, header.packetFrames);
};

/** Codecs with a published specification. */
const published = new Set(['speex', 'siren']);

/** Codecs that FFmpeg decodes and that occur in WAVE files. */
export const waveCodecs: readonly Codec[] = [
  inWave('wmav1', 'Windows Media Audio 1', { tag: 0x0160, decoder: 'wmav1' }, ['FFmpeg 7.1 libavcodec/wmadec.c; files of FFmpeg’s own encoder']),
  inWave('wmav2', 'Windows Media Audio 2', { tag: 0x0161, decoder: 'wmav2' }, [
    'FFmpeg 7.1 libavcodec/wmadec.c; files of FFmpeg’s own encoder and of Windows Media',
  ]),
  inWave('wmapro', 'Windows Media Audio Professional', { tag: 0x0162, decoder: 'wmapro' }, ['FFmpeg 7.1 libavcodec/wmaprodec.c; no file available']),
  inWave('wmalossless', 'Windows Media Audio Lossless', { tag: 0x0163, decoder: 'wmalossless' }, [
    'FFmpeg 7.1 libavcodec/wmalosslessdec.c; no file available',
  ]),
  inWave('wmavoice', 'Windows Media Audio Voice', { tag: 0x000a, decoder: 'wmavoice' }, [
    'FFmpeg 7.1 libavcodec/wmavoice.c, which needs 46 extra bytes of set-up; no file available',
  ]),
  // Uses libspeex: FFmpeg 7.1's own decoder turns wideband Speex into noise of twice the length, and exits with 0.
  inWave(
    'speex',
    'Speex (in WAVE)',
    { tag: 0xa109, decoder: 'libspeex' },
    ['RFC 5574; FFmpeg 7.1 with libspeex 1.2 gives the same samples as speexdec; all packets have the same length'],
    speexCount,
  ),
  inWave(
    'msnsiren',
    'MSN Siren',
    { tag: 0x028e, decoder: 'msnsiren' },
    ['FFmpeg 7.1 libavcodec/siren.c; no file available, only the count of samples is checked'],
    sirenCount,
  ),
  // FFmpeg has no tag for plain Siren: the header says MSN Siren, and the decoder is named.
  inWave(
    'siren',
    'Siren 7 (G.722.1)',
    { tag: 0x028e, decoder: 'siren' },
    ['ITU-T G.722.1; FFmpeg 7.1 libavcodec/siren.c; no file available, only the count of samples is checked'],
    sirenCount,
  ),
  inWave('metasound', 'Voxware MetaSound', { tag: 0x0075, decoder: 'metasound' }, ['FFmpeg 7.1 libavcodec/metasound.c; no file available']),
  inWave('sipr', 'Sipro ACELP.NET', { tag: 0x0130, decoder: 'sipr' }, ['FFmpeg 7.1 libavcodec/sipr.c; no file available']),
  inWave('kelvin', 'Sipro ACELP.KELVIN', { tag: 0x0135, decoder: 'acelp.kelvin' }, ['FFmpeg 7.1 libavcodec/g729dec.c; no file available']),
  inWave('ftr', 'For The Record (AAC by channel)', { tag: 0x0180, decoder: 'ftr' }, [
    'FFmpeg 7.1 libavcodec/ftr.c: frames of AAC with ADTS headers, one stream after the other in each block; checked with AAC of FFmpeg’s encoder',
  ]),
].map((codec) => (published.has(codec.id) ? codec : { ...codec, undisclosed: true }));
