import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A corpus of an Asterisk: a CDR table and one recording per row. */
export interface Corpus {
  readonly recordings: number;
  readonly bytes: number;
  readonly audioSeconds: number;
}

const clipSeconds = 120;
const rateHz = 8_000;

/**
 * Writes `recordings` calls of `seconds` each as mu-law WAV, in folders by day, and their CDR table. Voices are made of pulses and noise through slow resonances: not speech, but
 * as hard to encode. The same arguments give the same bytes.
 */
export function makeCorpus(folder: string, recordings: number, seconds: number): Corpus {
  const clip = encodeMulaw(voice(clipSeconds * rateHz));
  const length = seconds * rateHz;
  const rows: string[] = [];
  let made = '';
  let bytes = 0;
  for (let index = 0; index < recordings; index++) {
    const start = new Date(Date.UTC(2019, 0, 1) + index * 90_000);
    const epoch = Math.floor(start.getTime() / 1_000);
    const stamp = start.toISOString();
    const day = stamp.slice(0, 10).replaceAll('-', '/');
    const uniqueId = `${epoch}.${index % 1_000}`;
    const caller = `+467017406${String(index % 95).padStart(2, '0')}`;
    const name = `in-1001-${caller}-${stamp.slice(0, 10).replaceAll('-', '')}-${stamp.slice(11, 19).replaceAll(':', '')}-${uniqueId}.wav`;
    const file = join(folder, 'monitor', day, name);
    if (dirname(file) !== made) {
      made = dirname(file);
      mkdirSync(made, { recursive: true });
    }
    // A different position in the clip for each call, so that no two are alike.
    const from = (index * 7_919) % (clip.length - length);
    const wav = Buffer.concat([waveHeader(length), clip.subarray(from, from + length)]);
    writeFileSync(file, wav);
    bytes += wav.length;
    const local = stamp.slice(0, 19).replace('T', ' ');
    const end = new Date(start.getTime() + seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    rows.push(
      `"","${caller}","1001","from-trunk","""Trader"" <${caller}>","SIP/trunk-${index}","SIP/1001-${index}","Dial","SIP/1001,20","${local}","${local}","${end}",${seconds},${seconds},"ANSWERED","DOCUMENTATION","${uniqueId}","","","${uniqueId}",${index}`,
    );
  }
  mkdirSync(join(folder, 'cdr-csv'), { recursive: true });
  const table = `${rows.join('\n')}\n`;
  writeFileSync(join(folder, 'cdr-csv', 'Master.csv'), table);
  return { recordings, bytes: bytes + table.length, audioSeconds: recordings * seconds };
}

/** RIFF header of mono mu-law at 8 kHz with a fact chunk (Microsoft, "New Multimedia Data Types and Data Techniques", 1994). */
function waveHeader(samples: number): Buffer {
  const header = Buffer.alloc(58);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(50 + samples, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(0x0007, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(samples, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(samples, 54);
  return header;
}

/** Synthesises voice-like sound, as hard to encode as voices, at that rate. */
export function voice(samples: number, hz = rateHz): Float64Array {
  const out = new Float64Array(samples);
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 0x8000_0000 - 1;
  };
  let phase = 0;
  const formants = [
    { hz: 500, y1: 0, y2: 0 },
    { hz: 1_500, y1: 0, y2: 0 },
    { hz: 2_500, y1: 0, y2: 0 },
  ];
  // The same bandwidth and loudness at any rate.
  const pace = rateHz / hz;
  const radius = 0.97 ** pace;
  for (let at = 0; at < samples; at++) {
    const seconds = at / hz;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * seconds)) * (Math.sin(2 * Math.PI * 0.21 * seconds) > -0.4 ? 1 : 0);
    phase += (110 + 40 * Math.sin(2 * Math.PI * 0.7 * seconds)) / hz;
    if (phase >= 1) phase -= 1;
    const source = pace * ((phase < 0.08 ? 1 : 0) + 0.15 * noise());
    let sum = 0;
    for (const [index, formant] of formants.entries()) {
      const angle = (2 * Math.PI * formant.hz * (1 + 0.25 * Math.sin(2 * Math.PI * (0.9 + index * 0.37) * seconds))) / hz;
      const y = source + 2 * radius * Math.cos(angle) * formant.y1 - radius * radius * formant.y2;
      formant.y2 = formant.y1;
      formant.y1 = y;
      sum += y / (index + 1);
    }
    out[at] = sum * syllable * 1_800 + 20 * noise();
  }
  return out;
}

/** ITU-T G.711, mu-law, by its definition: 8 segments of 16 steps, all bits inverted. */
function encodeMulaw(samples: Float64Array): Buffer {
  const out = Buffer.alloc(samples.length);
  for (const [at, sample] of samples.entries()) {
    const magnitude = Math.min(32_635, Math.abs(Math.round(sample))) + 132;
    const segment = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
    const step = (magnitude >> (segment + 3)) & 0x0f;
    out[at] = ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
  }
  return out;
}
