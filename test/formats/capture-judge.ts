import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecs } from '../../formats/codecs/index.ts';
import type { Identification, Samples } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { soundingBytes } from '../../src/media/bytes/sounding-bytes.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { findFfmpeg } from '../../src/media/ffmpeg/ffmpeg.ts';
import { never } from './answers.ts';

/** One packet as tshark reads it. */
export interface Judged {
  readonly seconds: number;
  readonly ssrc: string;
  readonly sequence: number;
  readonly timestamp: number;
  readonly type: number;
  readonly payload: Uint8Array;
}

const ffmpeg = findFfmpeg();

function withFile<Result>(bytes: Uint8Array, work: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-capture-'));
  try {
    writeFileSync(join(folder, 'capture'), bytes);
    return work(join(folder, 'capture'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Output of tshark; it complains about a truncated capture, and prints the packets before the end. */
const tshark = (path: string, args: readonly string[]): string =>
  spawnSync('tshark', ['-r', path, '-d', 'udp.port==1024-65535,rtp', ...args], { encoding: 'utf8', maxBuffer: 1e9 }).stdout;

/** All RTP packets that tshark finds, in the order of the file. */
export function packetsByTshark(capture: Uint8Array): Judged[] {
  const fields = ['frame.time_epoch', 'rtp.ssrc', 'rtp.seq', 'rtp.timestamp', 'rtp.p_type', 'rtp.payload'];
  const lines = withFile(capture, (path) => tshark(path, ['-Y', 'rtp', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]));
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [seconds, ssrc = '', sequence, timestamp, type, payload = ''] = line.split('\t');
      return {
        seconds: Number(seconds),
        ssrc,
        sequence: Number(sequence),
        timestamp: Number(timestamp),
        type: Number(type),
        payload: Buffer.from(payload.replaceAll(':', ''), 'hex'),
      };
    });
}

/** Packets and losses of each stream in tshark's table, by SSRC. */
export function streamsByTshark(capture: Uint8Array): { ssrc: string; packets: number; lost: number }[] {
  const table = withFile(capture, (path) => tshark(path, ['-q', '-z', 'rtp,streams']));
  return [...table.matchAll(/0x([0-9A-F]{8})\s+.*?\s(\d+)\s+(-?\d+) \(/g)].map(([, ssrc = '', packets, lost]) => ({
    ssrc: `0x${ssrc.toLowerCase()}`,
    packets: Number(packets),
    lost: Number(lost),
  }));
}

/** G.711 decoded by FFmpeg. */
export function g711ByFfmpeg(law: 'mulaw' | 'alaw', bytes: Uint8Array): Int16Array {
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-f', law, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'], {
    input: bytes,
    maxBuffer: 1e9,
  });
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
}

/** The result for a medium: samples of each channel, and the findings of decoding. */
export async function played(bytes: Uint8Array, answer: Identification): Promise<{ channels: number[][]; rateHz: number; codes: string[] }> {
  const tools = { codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: await ffmpeg };
  const play = playable(answer, tools, 'capture');
  if ('reason' in play) return { channels: [], rateHz: 0, codes: play.findings.map(({ code }) => code) };
  const channels: number[][] = Array.from({ length: play.channels }, () => []);
  const sink = (samples: Samples): void => {
    for (const [index, sample] of samples.entries()) channels[index % play.channels]?.push(sample);
  };
  const done = await decodeMedium(
    play,
    { bytes: soundingBytes(openMedium({ kind: 'bytes', bytes }, 'capture'), answer), place: 'capture' },
    sink,
    never,
  );
  return { channels, rateHz: play.sampleRateHz, codes: [...play.findings, ...done.findings].map(({ code }) => code) };
}
