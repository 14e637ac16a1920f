import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { knownCodec } from '../../formats/list/known-codec.ts';
import type { Sample } from './make-samples.ts';
import { chunk, join, numbers, pack, randomBytes, text, u16, u32, voice } from './wave/builder.ts';

const folder = joinPath(import.meta.dirname, '../../samples/formats');
/** Made once by the program that the name's codec stands for (oggenc 1.4, speexenc 1.2, flac 1.5, libsndfile 1.2, FFmpeg 7.1) from 0.3 s of a tone. */
const made = (name: string): Uint8Array => new Uint8Array(readFileSync(joinPath(folder, name)));

const speech = voice(2000);
const s16be = pack(speech, 's16be');
const u8 = pack(speech, 'u8');
const mulaw = pack(speech, 'mulaw');

const big = (id: string, body: Uint8Array, options: { size?: number; pad?: boolean } = {}): Uint8Array =>
  chunk(id, body, { ...options, bigEndian: true });
const rate8000 = Uint8Array.of(0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0);
function comm(frames: number, bits = 16, type?: string): Uint8Array {
  const head = join(numbers(2, [1], true), numbers(4, [frames], true), numbers(2, [bits], true), rate8000);
  return big('COMM', type === undefined ? head : join(head, text(type), Uint8Array.of(0, 0)));
}
const ssnd = (body: Uint8Array, size?: number): Uint8Array => big('SSND', join(new Uint8Array(8), body), size === undefined ? {} : { size });
const form = (type: string, ...chunks: readonly Uint8Array[]): Uint8Array => big('FORM', join(text(type), ...chunks));
/** Packets of QuickTime's IMA ADPCM with steps that a preamble can state. */
function imaPackets(packets: number): Uint8Array {
  const bytes = randomBytes(34 * packets, 34);
  for (let at = 1; at < bytes.length; at += 34) bytes[at] = (bytes[at] ?? 0) % 40;
  return bytes;
}

const vocHead = join(text('Creative Voice File\x1a'), u16(26, 0x010a, 0x1129));
const vocBlock = (type: number, body: Uint8Array): Uint8Array => join(Uint8Array.of(type, body.length & 0xff, body.length >> 8, 0), body);
const vocSound = (body: Uint8Array, coding = 0): Uint8Array => vocBlock(1, join(Uint8Array.of(131, coding), body));
const vocSilence = vocBlock(3, join(u16(399), Uint8Array.of(131)));
const vocFile = (...blocks: readonly Uint8Array[]): Uint8Array => join(vocHead, ...blocks, Uint8Array.of(0));

function sphere(coding: string, bytes: number, order: string, count = 2000): Uint8Array {
  const lines = [`sample_count -i ${count}`, `sample_n_bytes -i ${bytes}`, 'channel_count -i 1', `sample_byte_format -s${order.length} ${order}`];
  return text(
    `NIST_1A\n   1024\n${[...lines, 'sample_rate -i 8000', `sample_coding -s${coding.length} ${coding}`].join('\n')}\nend_head\n`.padEnd(1024),
  );
}

function cafChunk(id: string, body: Uint8Array, size = BigInt(body.length)): Uint8Array {
  const head = new Uint8Array(12);
  head.set(text(id));
  new DataView(head.buffer).setBigInt64(4, size);
  return join(head, body);
}
const cafDesc = (id: string, packet: number, frames: number, bits: number): Uint8Array =>
  cafChunk('desc', join(Uint8Array.of(0x40, 0xbf, 0x40, 0, 0, 0, 0, 0), text(id), numbers(4, [0, packet, frames, 1, bits], true)));
const caf = (...chunks: readonly Uint8Array[]): Uint8Array => join(text('caff'), numbers(2, [1, 0], true), ...chunks);
const cafData = (body: Uint8Array, size?: bigint): Uint8Array => cafChunk('data', join(new Uint8Array(4), body), size);

const sample = (name: string, format: string, codec: string, bytes: Uint8Array, rest: Partial<Sample> = {}): Sample => ({
  name,
  bytes,
  format,
  codec,
  state: 'ok',
  findings: [],
  ...rest,
});
const headerOnly = { codec: null, state: 'header-only', findings: ['F110'] } as const;

/** Samples of the open containers. */
export function boxSamples(): readonly Sample[] {
  const flac = made('flac.flac');
  const vorbis = made('ogg-vorbis.ogg');
  return [
    sample('aiff-pcm-s16be.aiff', 'aiff', 'pcm-s16be', form('AIFF', comm(2000), ssnd(s16be))),
    sample('aiff-truncated.aiff', 'aiff', 'pcm-s16be', form('AIFF', comm(2000), ssnd(s16be)).subarray(0, 2054), {
      state: 'truncated',
      findings: ['F103'],
    }),
    sample('aiff-sizes-0.aiff', 'aiff', 'pcm-s16be', form('AIFF', comm(0), ssnd(s16be, 0)), { state: 'damaged', findings: ['F101'] }),
    sample('aiff-odd-chunk-without-pad.aiff', 'aiff', 'pcm-s16be', form('AIFF', big('NAME', text('abc'), { pad: false }), comm(2000), ssnd(s16be)), {
      findings: ['F107'],
    }),
    sample('aiff-c-sowt.aifc', 'aiff', 'pcm-s16le', form('AIFC', comm(2000, 16, 'sowt'), ssnd(pack(speech, 's16le')))),
    sample('aiff-c-ulaw.aifc', 'aiff', 'mulaw', form('AIFC', comm(2000, 16, 'ulaw'), ssnd(mulaw))),
    sample('aiff-c-ima4.aifc', 'aiff', 'ima-adpcm-qt', form('AIFC', comm(12, 16, 'ima4'), ssnd(imaPackets(12)))),
    sample('aiff-c-mace.aifc', 'aiff', 'unknown', form('AIFC', comm(600, 8, 'MAC3'), ssnd(randomBytes(200, 3)))),
    sample('aiff-header-only.aiff', 'aiff', '', form('AIFF', comm(0)), headerOnly),
    sample('voc-pcm-u8.voc', 'voc', 'pcm-u8', vocFile(vocSound(u8))),
    sample('voc-mulaw.voc', 'voc', 'mulaw', vocFile(vocBlock(9, join(u32(8000), Uint8Array.of(8, 1), u16(7), u32(0), mulaw)))),
    sample('voc-silence-between.voc', 'voc', 'creative-voc', vocFile(vocSound(u8.subarray(0, 900)), vocSilence, vocSound(u8.subarray(900)))),
    sample('voc-adpcm-4.voc', 'voc', 'creative-voc', vocFile(vocSound(randomBytes(500, 4), 1))),
    sample('voc-truncated.voc', 'voc', 'pcm-u8', vocFile(vocSound(u8)).subarray(0, 1200), { state: 'truncated', findings: ['F103'] }),
    sample('voc-repeat.voc', 'voc', 'pcm-u8', vocFile(vocBlock(6, u16(2)), vocSound(u8), vocBlock(7, new Uint8Array(0))), { findings: ['F221'] }),
    sample('voc-rca.voc', 'voc', 'unknown', join(text('VCP162_VOC_File'), new Uint8Array(1), randomBytes(400, 6))),
    sample('voc-header-only.voc', 'voc', '', vocHead, headerOnly),
    sample('au-dns-pcm-s16le.au', 'au', 'pcm-s16le', join(text('dns.'), u32(24, 4000, 3, 8000, 1), pack(speech, 's16le'))),
    sample('au-g723-40.au', 'au', knownCodec('g726-40-lsb'), join(text('.snd'), numbers(4, [28, 500, 26, 8000, 1, 0], true), randomBytes(500, 26))),
    sample('sphere-pcm-01.sph', 'nist-sphere', 'pcm-s16le', join(sphere('pcm', 2, '01'), pack(speech, 's16le'))),
    sample('sphere-pcm-10.sph', 'nist-sphere', 'pcm-s16be', join(sphere('pcm', 2, '10'), s16be)),
    sample('sphere-ulaw-truncated.sph', 'nist-sphere', 'mulaw', join(sphere('ulaw', 1, '1', 4000), mulaw), {
      state: 'truncated',
      findings: ['F103'],
    }),
    sample('sphere-shorten.sph', 'nist-sphere', 'unknown', join(sphere('pcm,embedded-shorten-v2.00', 2, '01'), randomBytes(700, 7))),
    sample('flac.flac', 'flac', 'flac', flac),
    sample('flac-header-only.flac', 'flac', '', flac.subarray(0, 42), headerOnly),
    sample('ogg-vorbis.ogg', 'ogg-sound', 'vorbis', vorbis),
    sample('ogg-vorbis-cut.ogg', 'ogg-sound', '', vorbis.subarray(0, -100), { ...headerOnly, findings: ['F160', 'F110'] }),
    sample('ogg-speex.spx', 'ogg-sound', 'speex-ogg', made('ogg-speex.spx')),
    sample('ogg-speex-wide-band.spx', 'ogg-sound', 'speex-ogg', made('ogg-speex-wide-band.spx')),
    sample('ogg-flac.oga', 'ogg-sound', 'flac-ogg', made('ogg-flac.oga')),
    sample('caf-pcm-s16be-length-unknown.caf', 'caf', 'pcm-s16be', caf(cafDesc('lpcm', 2, 1, 16), cafData(s16be, -1n))),
    sample('caf-ulaw-truncated.caf', 'caf', 'mulaw', caf(cafDesc('ulaw', 1, 1, 8), cafData(mulaw)).subarray(0, 1068), {
      state: 'truncated',
      findings: ['F103'],
    }),
    sample('caf-aac-without-table.caf', 'caf', 'unknown', caf(cafDesc('aac ', 0, 1024, 0), cafData(randomBytes(300, 8))), { findings: ['F229'] }),
    sample('caf-aac.caf', 'caf', 'aac-caf', made('caf-aac.caf')),
    sample('caf-alac.caf', 'caf', 'alac-caf', made('caf-alac.caf')),
    sample('caf-opus.caf', 'caf', 'opus-caf', made('caf-opus.caf')),
  ];
}
