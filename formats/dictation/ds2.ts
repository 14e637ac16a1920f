import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { dssBlockBytes, dssHeaderBytes, readDssBlock } from '../codecs/dss/blocks.ts';
import { dssCipherName, dssDescriptorBytes } from '../codecs/dss/keys.ts';
import { type DssSurvey, surveyDssBlocks } from './dss-survey.ts';

/** Number of bytes that an Olympus DS-5000 of 2012 may write before the magic: robrawks/ds2-converter, vendor/ds2decode.py. */
const junkBytes = 8;
/**
 * Offsets in the header. Sources: FFmpeg 7.1 libavformat/dss.c; for the length, THE-DSS-PAPER.md of DS2-Anywhere, 2.1; for the descriptor,
 * CODEC_SPECIFICATION.md.
 */
const lengthAt = 0x3e;
const descriptorAt = 0x146;
/** Number of bytes that are searched for blocks if these are not at their expected offset. */
const searchBytes = 0x10000;
/** Number of consecutive blocks that show where the audio begins. */
const blocksNeeded = 4;
/** Known modes of blocks; 2, 3 and 5 are G.723.1 (THE-DSS-PAPER.md, 2.4). */
const modeNames = new Map([
  [0, 'SP'],
  [1, 'SP with short frames'],
  [2, 'G.723.1'],
  [3, 'G.723.1'],
  [5, 'G.723.1'],
  [6, 'QP'],
  [7, 'QP with short frames'],
]);

/** A magic: after the size of the header in blocks come `ds2`, `enc` (an encrypted DS2) or Grundig's `dss`. */
interface Magic {
  readonly at: number;
  readonly kind: 'ds2' | 'enc' | 'dss';
  /** The byte before the letters. */
  readonly first: number;
  readonly headerBytes: number;
}

type Tell = (code: FindingCode, message: string) => void;

/** Identifies DS2 of Olympus, Philips and Grundig, plain and encrypted, and Grundig's DSS. The DSS of Olympus and Philips is another format. */
export const ds2: Format = {
  id: 'ds2',
  title: 'Digital Speech Standard Pro (DS2), Grundig DSS',
  extensions: ['.ds2'],
  mediaType: 'audio/x-ds2',
  grade: 'verified',
  pronom: ['fmt/1008'],
  facts: [
    'dss-codec (github.com/hirparak/dss-codec, MIT), CODEC_SPECIFICATION.md and pull requests 15 and 24; an encrypted sample of Dictate Australia and its WAV',
    'DS2-Anywhere (github.com/Guillain-RDCDE/DS2-Anywhere, MIT), docs/SPEC-grundig-dss-sp.md, docs/07 and docs/11; a sample of a Grundig Digta 415 and its vendor’s WAV',
  ],
  async identify(bytes, _hint, signal) {
    const magic = findMagic(await bytes.read(0, junkBytes + 4, signal));
    if (magic === null) return null;
    const findings: Finding[] = [];
    const tell: Tell = (code, message) => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: ds2.id, confidence: 'signature' } as const;
    const basis = `${magic.first.toString(16).padStart(2, '0')} '${magic.kind}' at ${magic.at}`;
    const header = await bytes.read(magic.at, descriptorAt + dssDescriptorBytes, signal);
    const stated = magic.at + magic.headerBytes;
    const start = await firstBlock(bytes, magic.at, stated, signal);
    if (start === null) {
      // These letters after other bytes may belong to any format, and encrypted files with another first byte are unknown.
      if (magic.at > 0 || (magic.kind === 'enc' && magic.first !== usualHeaderBlocks)) return null;
      if (bytes.size > stated)
        tell('F321', agree`${bytes.size - stated} byte[s] after a header of ${magic.headerBytes}, none of them a block of audio`);
      else tell('F110', agree`${bytes.size} byte[s], a header has ${magic.headerBytes}`);
      return { ...answer, basis, tracks: [], findings, state: bytes.size > stated ? 'damaged' : 'header-only' };
    }
    if (magic.at > 0) tell('F100', agree`${magic.at} byte[s] [precedes|precede] the header`);
    if (start !== stated) tell('F320', `blocks begin at ${start}, not at ${stated}`);
    const survey = await surveyDssBlocks(bytes, start, magic.kind === 'enc', signal);
    const setup = magic.kind === 'enc' ? Uint8Array.from(header.subarray(descriptorAt)) : null;
    const { codec, sampleRateHz, frameSamples } = codingOf(survey, magic.kind);
    const name = `${magic.kind === 'dss' ? 'Grundig DSS' : 'DS2'}, mode ${survey.mode} (${modeNames.get(survey.mode) ?? 'not known'})`;
    // A part that was cut from a recording keeps the header of the whole recording.
    const statedSeconds = magic.first === sliceMark ? null : readSeconds(header);
    const state = tellState(survey, statedSeconds, frameSamples / sampleRateHz, tell);
    if (codec === 'ds2-sp' || survey.modes.has(7)) tell('F328', name);
    return {
      ...answer,
      basis: `${basis}, blocks of mode ${survey.mode} from ${start}`,
      tracks: [
        {
          codec,
          codecName: setup === null ? name : `${name}, encrypted${dssCipherName(setup) === null ? '' : ` with ${dssCipherName(setup)}`}`,
          sampleRateHz,
          channels: 1,
          bitsPerSample: null,
          blockBytes: null,
          frames: survey.frames === null ? null : survey.frames * frameSamples,
          setup,
          spans: [[start, bytes.size]],
        },
      ],
      shortfall: {
        strayBytes: survey.counts.damaged * dssBlockBytes,
        // The length is stated in seconds, which is too coarse to show that nothing is missing.
        mayGoOn: state === 'truncated',
        ...(statedSeconds !== null && survey.family !== null && { statedFrames: (statedSeconds - tolerance) * sampleRateHz }),
      },
      findings,
      state,
    };
  },
};

/** A first byte that is not a size. It marks parts cut from recordings, which have the header of another recording (dss-codec pull request 15). */
const sliceMark = 1;
const usualHeaderBlocks = 3;
const mostHeaderBlocks = 16;

function findMagic(head: Uint8Array): Magic | null {
  for (let at = 0; at <= junkBytes && at + 4 <= head.length; at++) {
    const first = head[at] ?? 0;
    const letters = String.fromCharCode(...head.subarray(at + 1, at + 4));
    const kind =
      (letters === 'ds2' || letters === 'enc') && first >= 1 && first <= mostHeaderBlocks
        ? letters
        : letters === 'dss' && first === 6
          ? letters
          : null;
    if (kind !== null) return { at, kind, first, headerBytes: (first === sliceMark ? usualHeaderBlocks : first) * dssBlockBytes };
  }
  return null;
}

/** Returns where the first block begins: at the offset in the header, or at the first of several consecutive blocks on the grid; null if there is none. */
async function firstBlock(bytes: ByteReader, from: number, stated: number, signal: AbortSignal): Promise<number | null> {
  const isBlock = async (at: number): Promise<boolean> => {
    const block = readDssBlock(await bytes.read(at, dssHeaderBytes, signal), 0);
    return block !== null && modeNames.has(block.mode);
  };
  if (await isBlock(stated)) return stated;
  const last = Math.min(from + searchBytes, bytes.size - dssHeaderBytes);
  for (let at = from + dssBlockBytes; at <= last; at += dssBlockBytes) {
    const needed = Math.min(blocksNeeded, Math.ceil((bytes.size - at) / dssBlockBytes));
    let found = 0;
    while (found < needed && (await isBlock(at + found * dssBlockBytes))) found++;
    if (found === needed) return at;
  }
  return null;
}

/** Returns codec, rate and number of samples per frame; without a decoder, frames are not counted. */
function codingOf(
  { family, mode, modes }: DssSurvey,
  kind: Magic['kind'],
): { readonly codec: string; readonly sampleRateHz: number; readonly frameSamples: number } {
  if (family === 'qp') {
    const codec = (modes.get(7) ?? 0) > (modes.get(6) ?? 0) ? 'ds2-qp7' : 'ds2-qp';
    return { codec, sampleRateHz: 16_000, frameSamples: 256 };
  }
  if (family === 'sp' && kind === 'dss') return { codec: 'dss-sp-grundig', sampleRateHz: 16_000, frameSamples: 384 };
  if (family === 'sp') return { codec: 'ds2-sp', sampleRateHz: 12_000, frameSamples: 288 };
  return { codec: 'unknown', sampleRateHz: modeNames.get(mode) === 'G.723.1' ? 8_000 : 12_000, frameSamples: 0 };
}

/** Returns the length of the recording as written by the recorder, HHMMSS; null if there are no six digits. */
function readSeconds(header: Uint8Array): number | null {
  const text = String.fromCharCode(...header.subarray(lengthAt, lengthAt + 6));
  if (!/^\d{6}$/.test(text)) return null;
  return Number(text.slice(0, 2)) * 3600 + Number(text.slice(2, 4)) * 60 + Number(text.slice(4));
}

/** Seconds by which a stated length may exceed the audio: it is truncated to seconds, and each pause costs a part of a frame. */
const tolerance = 2;

function tellState(survey: DssSurvey, statedSeconds: number | null, frameSeconds: number, tell: Tell): Identification['state'] {
  const { family, modes, blocks, counts, tailBytes } = survey;
  let state: Identification['state'] = 'ok';
  if (family !== null) {
    if (tailBytes > 0) tell('F103', agree`the last block has ${tailBytes} of ${dssBlockBytes} byte[s]`);
    else if (survey.endsInFrame) tell('F103', 'the last frame lacks its end');
    if (tailBytes > 0 || survey.endsInFrame) state = 'truncated';
    const held = (survey.frames ?? survey.statedFrames ?? Number.POSITIVE_INFINITY) * frameSeconds;
    if (statedSeconds !== null && statedSeconds > held + tolerance) {
      tell('F324', `${statedSeconds} s are stated, the blocks hold ${held.toFixed(1)} s`);
      state = 'truncated';
    }
    if (counts.strangers > 0) {
      const others = [...modes.keys()].filter((mode) => mode !== survey.mode).sort((a, b) => a - b);
      tell(
        'F322',
        agree`${counts.strangers} of ${blocks} block[s] [is|are] not of mode ${survey.mode} (${modeNames.get(survey.mode)}); modes beside it: ${others.join(', ')}`,
      );
      state = 'damaged';
    }
    if (survey.cutFrames > 0) tell('F327', agree`${survey.cutFrames} of ${counts.frames + survey.cutFrames} frame[s] [lacks|lack] their end`);
  }
  if (counts.damaged > 0) {
    tell('F323', agree`${counts.damaged} of ${blocks} block[s] [has|have] an impossible header`);
    state = 'damaged';
  }
  return state;
}
