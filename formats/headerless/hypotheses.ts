import { agree } from '../../src/core/base/agree.ts';
import { parityHolds } from '../codecs/g729/parity.ts';
import { adpcmHypotheses } from './adpcm.ts';
import { countG722, countGsm, gsmFrameBytes } from './codes.ts';
import { forbiddenScore, type Hypothesis, type Score, strongBytes } from './score.ts';
import { type SampleCoding, type Waveform, waveform } from './waveform.ts';
import type { Material } from './windows.ts';

/** The doubt about a coding whose samples are speech is lower than this, the doubt about wrong readings is higher. */
export const clearDoubt = 0.35;

/** Readings by material, because several hypotheses need the same one. */
const known = new WeakMap<Material, Map<string, Waveform>>();

function waveformOf(material: Material, coding: SampleCoding, channels: 1 | 2): Waveform {
  const key = `${coding} ${channels}`;
  const readings = known.get(material) ?? new Map<string, Waveform>();
  known.set(material, readings);
  const found = readings.get(key) ?? waveform(material, coding, channels);
  readings.set(key, found);
  return found;
}

/** Returns true if a waveform is accepted without a name, as measured in docs/explanation/guessing.md. */
function isStrong(material: Material, look: Waveform): boolean {
  return (
    material.bytes >= strongBytes &&
    (look.unpredicted ?? 1) <= 0.25 &&
    look.sounding >= 2 &&
    look.agreeing >= 0.7 * look.sounding &&
    look.positive >= 0.4 &&
    look.positive <= 0.6 &&
    look.low() <= 0.3
  );
}

/** Largest level, as a share of full scale, of anything but a square wave. */
const mostLevel = 0.7;

/** Neighbours in one channel seldom differ more than this; neighbours of two alternating channels differ more, or unevenly. */
const roughPair = 0.35;
const unevenPair = 0.5;
/** If neighbours in one channel differ more than this, the audio is a tone close to half the sample rate. */
const mostRough = 2.4;
/**
 * Largest roughness of either of two sides. If samples two apart differ more than this, one side would exceed it; the margin is for windows in which one side
 * is silent.
 */
const mostRoughSide = 0.8;
const twoApartMost = 1;
/** Smallest number of windows with audio in either channel: half a second of one channel may look like anything. */
const fewSides = 3;

/**
 * Returns whether two channels alternate. They do if a sample is nearer to the second one before it than to its neighbour, which in one channel only happens
 * with a tone close to half the sample rate (roughness above 3.5), or if neighbours differ far less within pairs than between them. `maybe`: too few windows
 * show it.
 */
function pairing(mono: Waveform, pair: Waveform | null): 'two' | 'maybe' | 'one' {
  if (mono.unpredicted === null || pair === null || pair.unpredicted === null) return 'one';
  const apart = mono.roughness >= roughPair && mono.roughness <= mostRough && pair.roughness <= Math.min(0.7, mono.roughness / 2);
  const uneven = mono.evenness <= unevenPair && pair.roughness <= mostRoughSide;
  if (!apart && !uneven) return 'one';
  return pair.sounding < fewSides ? 'maybe' : 'two';
}

/** Returns true if `pairing` may find two channels; does not read them. */
function seemsPaired(mono: Waveform): boolean {
  if (mono.unpredicted === null || mono.twoApart > twoApartMost) return false;
  return (mono.roughness >= roughPair && mono.roughness <= mostRough) || mono.evenness <= unevenPair;
}

function samples(coding: SampleCoding, name: string, bytes: 1 | 2): Hypothesis[] {
  return ([1, 2] as const).map((channels) => ({
    id: channels === 1 ? coding : `${coding} stereo`,
    format: coding.startsWith('pcm') ? 'raw-linear' : coding.startsWith('mulaw') ? 'raw-mulaw' : 'raw-alaw',
    codec: coding,
    name: channels === 1 ? name : `${name}, two alternating channels`,
    sampleRateHz: 8000,
    channels,
    frameBytes: bytes * channels,
    bitsPerSample: 8 * bytes,
    evidence: 'waveform' as const,
    echoes: coding === 'pcm-u8' || coding === 'pcm-s8' ? ['pcm-s16le', 'pcm-s16be'] : [],
    score: (material: Material): Score | null => {
      const mono = waveformOf(material, coding, 1);
      const pair = seemsPaired(mono) ? waveformOf(material, coding, 2) : null;
      const sides = pairing(mono, pair);
      if (mono.unpredicted === null) return null;
      if (sides !== 'maybe' && (channels === 2) !== (sides === 'two')) {
        return { doubt: 1, text: `its neighbouring samples are of ${sides === 'two' ? 'two channels' : 'one channel'}`, strong: false };
      }
      const look = channels === 2 && pair !== null ? pair : mono;
      if (look.unpredicted === null) return null;
      if (look.level > mostLevel)
        return { doubt: 1, text: `its level is ${look.level.toFixed(2)} of full scale`, strong: false, sounding: look.sounding };
      const apart =
        sides === 'one' || pair === null
          ? ''
          : `, neighbours ${mono.roughness.toFixed(2)} apart, ${pair.roughness.toFixed(2)} within each of two channels`;
      const text = `${look.unpredicted.toFixed(2)} of its energy is unpredicted${apart}`;
      // Too short to distinguish one channel from two: neither is beyond doubt.
      const doubt = sides === 'maybe' ? Math.max(look.unpredicted, 0.5) : look.unpredicted;
      return { doubt, text, strong: sides !== 'maybe' && isStrong(material, look), sounding: look.sounding };
    },
  }));
}

const framed = { channels: 1, bitsPerSample: null, evidence: 'frames' } as const;

const gsm: Hypothesis = {
  ...framed,
  id: 'gsm',
  format: 'raw-gsm',
  codec: 'gsm',
  name: 'GSM 06.10',
  sampleRateHz: 8000,
  frameBytes: gsmFrameBytes,
  score(material) {
    const { frames, signed, elsewhere } = countGsm(material);
    if (frames < 5 || elsewhere > 0.5) return null;
    return {
      doubt: 1 - signed / frames,
      text: agree`${signed} of ${frames} frame[s] of 33 bytes [begins|begin] with 0xD`,
      strong: frames >= 10 && signed >= 0.9 * frames,
    };
  },
};

const g722: Hypothesis = {
  ...framed,
  id: 'g722',
  format: 'raw-g722',
  codec: 'g722',
  name: 'G.722',
  sampleRateHz: 16000,
  frameBytes: 1,
  evidence: 'codes',
  score: (material) => forbiddenScore(countG722(material), 1 / 16, 'codes are 0 to 3 in the lower band, which G.722 never sends'),
};

/** Size of a frame at 8 kbit/s. */
const g729FrameBytes = 10;

const g729: Hypothesis = {
  ...framed,
  id: 'g729',
  format: 'raw-framed',
  codec: 'g729',
  name: 'G.729',
  sampleRateHz: 8000,
  frameBytes: g729FrameBytes,
  score(material) {
    let frames = 0;
    let right = 0;
    let odd = 0;
    const delays = new Set<number>();
    for (const window of material.windows) {
      for (let at = 0; at + g729FrameBytes <= window.length; at += g729FrameBytes) {
        frames++;
        if (parityHolds(window, at)) right++;
        odd += ((window[at + 3] ?? 0) >> 5) & 1;
        delays.add(window[at + 2] ?? 0);
      }
    }
    // The bit must take both values, and the bits that it covers must vary: constant bytes have correct parity, too.
    const varied = odd >= 0.1 * frames && odd <= 0.9 * frames && delays.size >= Math.min(16, frames / 2);
    if (frames < 20 || (!varied && right > 0.9 * frames)) return null;
    return {
      doubt: Math.min(1, 2 * (1 - right / frames)),
      text: agree`${right} of ${frames} frame[s] of 10 bytes [has|have] a correct parity bit`,
      strong: frames >= 50 && right === frames,
    };
  },
};

/** Every coding that is considered. The order has no meaning. */
export const hypotheses: readonly Hypothesis[] = [
  ...samples('mulaw', 'G.711 mu-law', 1),
  ...samples('alaw', 'G.711 A-law', 1),
  ...samples('mulaw-reversed', 'G.711 mu-law, bits reversed', 1),
  ...samples('alaw-reversed', 'G.711 A-law, bits reversed', 1),
  ...samples('pcm-u8', 'PCM, 8 bits unsigned', 1),
  ...samples('pcm-s8', 'PCM, 8 bits signed', 1),
  ...samples('pcm-s16le', 'PCM, 16 bits, little-endian', 2),
  ...samples('pcm-s16be', 'PCM, 16 bits, big-endian', 2),
  gsm,
  g729,
  g722,
  ...adpcmHypotheses,
];
