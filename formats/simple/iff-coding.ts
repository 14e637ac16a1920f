import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';

/** Coding of an IFF audio file according to its header. */
export interface IffCoding {
  /** Id of a codec. */
  readonly codec: string;
  readonly name: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number | null;
  /** True if each channel is a run of bytes, one after the other; false if samples are interleaved. */
  readonly planar: boolean;
  /** Number of bytes before the codes of a channel; the last of them is the initial value. */
  readonly leadBytes: number;
  /** Number of samples in one byte of one channel. */
  readonly perByte: number;
  /** Numbers of samples per channel that the header may mean, the likeliest first; empty if it states none. */
  readonly stated: readonly number[];
  /** Number of octaves in which the audio is stored, each with twice as many samples as the previous one; 1 if it is stored once. */
  readonly octaves: number;
}

/** Size of VHDR (Voice8Header). */
export const vhdrBytes = 20;
/** Size of MHDR; 12 reserved bytes after it are not read. */
export const mhdrBytes = 20;
/** Rate that is assumed if a header states 0. */
const assumedHz = 8000;

/** Compressions in VHDR: 0 and 1 of the specification, 2 of FFmpeg. */
const svxCodings = new Map([
  [0, { codec: 'pcm-s8', name: '8-bit PCM' }],
  [1, { codec: 'fibonacci-delta', name: 'Fibonacci delta' }],
  [2, { codec: 'exponential-delta', name: 'exponential delta' }],
]);
/** Bits of CHAN, one per channel: 2 is left and 4 is right in the specification; sox also accepts 1 and 8, and counts the bits (src/8svx.c). */
const channelBits = [1, 2, 4, 8];

/** Reads 8SVX and, with 16-bit samples, 16SV. */
export function svxCoding(form: string, body: Uint8Array, chan: number | null, place: string, findings: Finding[]): IffCoding {
  const fields = new Cursor(body, 0, 'big');
  const oneShot = fields.u32('samples played once');
  const repeated = fields.u32('repeated samples');
  fields.skip(4, 'samples of a cycle');
  const rate = fields.u16('rate');
  const octaves = fields.u8('octaves');
  const compression = fields.u8('compression');
  const wide = form === '16SV';
  const known = wide ? (compression === 0 ? { codec: 'pcm-s16be', name: '16-bit PCM' } : undefined) : svxCodings.get(compression);
  const isDelta = known !== undefined && !wide && compression !== 0;
  const marked = channelBits.filter((bit) => ((chan ?? 2) & bit) !== 0).length;
  if (marked === 0) findings.push(finding('F123', place, `CHAN states ${chan}, which is not a channel; 1 channel is assumed`));
  if (rate === 0) findings.push(finding('F123', place, `a rate of 0 is stated, ${assumedHz} Hz are assumed`));
  if (repeated > 0) findings.push(finding('F221', place, agree`the last ${repeated} sample[s] should be repeated; [it is|they are] played once`));
  const channels = Math.max(1, marked);
  const samples = oneShot + repeated;
  return {
    codec: known?.codec ?? 'unknown',
    name: known?.name ?? `${form} compression ${compression}`,
    sampleRateHz: rate === 0 ? assumedHz : rate,
    channels,
    bitsPerSample: wide ? 16 : isDelta ? 4 : 8,
    planar: true,
    leadBytes: isDelta ? 2 : 0,
    perByte: isDelta ? 2 : wide ? 0.5 : 1,
    // Some writers count the samples of all channels together.
    stated: samples === 0 ? [] : [samples, samples / channels],
    octaves: Math.max(1, octaves),
  };
}

/** Compressions in MHDR, with the number of bits of a stored sample (sox 14.4 src/maud.c, FFmpeg 7.1 libavformat/iff.c). */
const maudCodings = new Map([
  ['8/0', { codec: 'pcm-u8', name: '8-bit PCM' }],
  ['16/0', { codec: 'pcm-s16be', name: '16-bit PCM' }],
  ['8/2', { codec: 'alaw', name: 'A-law' }],
  ['8/3', { codec: 'mulaw', name: 'mu-law' }],
]);
/** Number of channels by the two kinds of channel information on which the programs above agree. */
const maudChannels = new Map([
  [0, 1],
  [1, 2],
]);

/** Reads MacroSystem's MAUD. */
export function maudCoding(body: Uint8Array, place: string, findings: Finding[]): IffCoding {
  const fields = new Cursor(body, 0, 'big');
  const samples = fields.u32('samples of all channels');
  const bits = fields.u16('bits of a stored sample');
  fields.skip(2, 'bits of a decoded sample');
  const clockHz = fields.u32('clock');
  const divisor = fields.u16('divisor');
  const kind = fields.u16('channel information');
  const counted = fields.u16('channels');
  const compression = fields.u16('compression');
  const named = maudChannels.get(kind);
  const channels = counted > 0 ? counted : (named ?? 1);
  const rate = Math.round(clockHz / Math.max(1, divisor));
  if (counted === 0) findings.push(finding('F123', place, `0 channels are stated, ${channels} assumed`));
  else if (named !== undefined && named !== counted)
    findings.push(
      finding(
        'F113',
        place,
        agree`${counted} channel[s] [is|are] stated beside channel information ${kind}, which means ${named}; ${counted} are used`,
      ),
    );
  if (rate === 0) findings.push(finding('F123', place, `a rate of 0 is stated, ${assumedHz} Hz are assumed`));
  const known = maudCodings.get(`${bits}/${compression}`);
  return {
    codec: known?.codec ?? 'unknown',
    name: known?.name ?? agree`MAUD compression ${compression} of ${bits} bit[s]`,
    sampleRateHz: rate === 0 ? assumedHz : rate,
    channels,
    bitsPerSample: bits,
    planar: false,
    leadBytes: 0,
    perByte: 8 / (bits === 16 ? 16 : 8),
    stated: samples === 0 ? [] : [samples / channels, samples],
    octaves: 1,
  };
}
