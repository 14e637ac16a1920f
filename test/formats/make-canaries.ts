import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from './wave/builder.ts';

// The files of samples/canaries: codecs without an encoder here, coded by FFmpeg from a synthetic sound. Another version of an encoder gives other bytes, so each is made once,
// when its recipe is new, and committed.
const folder = join(import.meta.dirname, '../../samples/canaries');

/** Name of the file, with FFmpeg's arguments. */
const recipes: Readonly<Record<string, readonly string[]>> = {
  'layer-3.mp3': ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-id3v2_version', '0', '-write_xing', '0'],
  'layer-2.mp2': ['-ar', '16000', '-c:a', 'mp2', '-b:a', '32k'],
  'opus.opus': ['-ar', '16000', '-c:a', 'libopus', '-b:a', '16k', '-flags', '+bitexact'],
  'g723-1.wav': ['-ar', '8000', '-c:a', 'g723_1', '-b:a', '6300', '-flags', '+bitexact'],
  'yamaha.wav': ['-ar', '8000', '-c:a', 'adpcm_yamaha', '-flags', '+bitexact'],
  'aac.aac': ['-ar', '16000', '-c:a', 'aac', '-b:a', '24k', '-f', 'adts', '-flags', '+bitexact'],
  'aac.m4a': ['-ar', '16000', '-c:a', 'aac', '-b:a', '24k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'ac3.mp4': ['-ar', '32000', '-c:a', 'ac3', '-b:a', '48k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'mp3.m4a': ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-f', 'mp4', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'opus.mp4': ['-ar', '16000', '-c:a', 'libopus', '-b:a', '16k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'wma-1.wav': ['-ar', '16000', '-c:a', 'wmav1', '-b:a', '32k', '-flags', '+bitexact'],
  'wma-2.wav': ['-ar', '16000', '-c:a', 'wmav2', '-b:a', '32k', '-flags', '+bitexact'],
  'wma.wma': ['-ar', '16000', '-c:a', 'wmav2', '-b:a', '32k', '-flags', '+bitexact'],
  'gsm.gsm': ['-ar', '8000', '-c:a', 'libgsm', '-f', 'gsm'],
  'g726-16-msb.codes': ['-ar', '8000', '-c:a', 'g726', '-b:a', '16k', '-f', 'g726'],
  'g726-24-msb.codes': ['-ar', '8000', '-c:a', 'g726', '-b:a', '24k', '-f', 'g726'],
  'g726-32-msb.codes': ['-ar', '8000', '-c:a', 'g726', '-b:a', '32k', '-f', 'g726'],
  'g726-16-lsb.codes': ['-ar', '8000', '-c:a', 'g726le', '-b:a', '16k', '-f', 'g726le'],
  'g726-24-lsb.codes': ['-ar', '8000', '-c:a', 'g726le', '-b:a', '24k', '-f', 'g726le'],
  'g726-32-lsb.codes': ['-ar', '8000', '-c:a', 'g726le', '-b:a', '32k', '-f', 'g726le'],
  'matroska-aac.mkv': ['-t', '0.5', '-ar', '16000', '-c:a', 'aac', '-b:a', '24k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'opus.webm': ['-t', '0.5', '-ar', '16000', '-c:a', 'libopus', '-b:a', '16k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'layer-3.avi': ['-t', '0.5', '-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'nellymoser.flv': ['-t', '0.5', '-ar', '16000', '-c:a', 'nellymoser', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'layer-2.m2ts': [
    '-t',
    '0.5',
    '-ar',
    '16000',
    '-c:a',
    'mp2',
    '-b:a',
    '32k',
    '-f',
    'mpegts',
    '-mpegts_m2ts_mode',
    '0',
    '-flags',
    '+bitexact',
    '-fflags',
    '+bitexact',
  ],
  'ac3.vob': ['-t', '0.5', '-ar', '32000', '-c:a', 'ac3', '-b:a', '48k', '-f', 'vob', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'layer-3.nut': ['-t', '0.5', '-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'real-14-4.rm': ['-t', '0.5', '-ar', '8000', '-c:a', 'real_144', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'ac3.ac3': ['-t', '0.5', '-ar', '32000', '-c:a', 'ac3', '-b:a', '48k', '-flags', '+bitexact'],
  'e-ac3.eac3': ['-t', '0.5', '-ar', '32000', '-c:a', 'eac3', '-b:a', '48k', '-flags', '+bitexact'],
  'dts.dts': ['-t', '0.1', '-ar', '48000', '-c:a', 'dca', '-strict', '-2', '-b:a', '320k', '-flags', '+bitexact'],
  'mlp.mlp': ['-t', '0.2', '-ar', '44100', '-ac', '2', '-c:a', 'mlp', '-strict', '-2', '-flags', '+bitexact'],
  'truehd.thd': ['-t', '0.2', '-ar', '44100', '-ac', '2', '-c:a', 'truehd', '-strict', '-2', '-flags', '+bitexact'],
  'tta.tta': ['-t', '0.5', '-ar', '8000', '-c:a', 'tta', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'wavpack.wv': ['-t', '0.5', '-ar', '8000', '-c:a', 'wavpack', '-flags', '+bitexact', '-fflags', '+bitexact'],
  'speex.wav': ['-ar', '8000', '-c:a', 'libspeex', '-flags', '+bitexact'],
};

/** Codecs that no header names, or no header that longplay writes: any bytes are valid codes. Rate and channels as declared. */
const declaredCodecs: Readonly<Record<string, number>> = {
  'g722-56': 16_000,
  'g722-48': 16_000,
  'g726-16-msb': 8000,
  'g726-16-lsb': 8000,
  'g726-24-msb': 8000,
  'g726-24-lsb': 8000,
  'g726-32-msb': 8000,
  'g726-32-lsb': 8000,
  'g726-40-msb': 8000,
  'nms-adpcm-16': 8000,
  'oki-adpcm-parts': 8000,
  'oki-adpcm-parts-swapped': 8000,
};

/** The coding declared for a canary's file; null if its content shows it. */
export function declaredCoding(file: string): { readonly codec: string; readonly sampleRateHz: number; readonly channels: number } | null {
  const codec = /^canaries\/(.*)\.codes$/.exec(file)?.[1];
  const sampleRateHz = codec === undefined ? undefined : declaredCodecs[codec];
  return codec === undefined || sampleRateHz === undefined ? null : { codec, sampleRateHz, channels: 1 };
}

/** Vowel-like sound with changing pitch and pauses, 16 bits at 16 kHz: a decoder that gives silence or a tone fails. */
function sound(): Buffer {
  const rate = 16_000;
  const samples = Buffer.alloc(rate * 2);
  for (let i = 0; i < rate; i++) {
    const time = i / rate;
    const pitch = 110 + 40 * Math.sin(2 * Math.PI * 1.5 * time);
    let value = 0;
    for (let k = 1; k <= 20; k++) value += Math.sin(2 * Math.PI * pitch * k * time + k * k) / k / (1 + ((k * pitch - 600) / 700) ** 2);
    const loud = time % 0.4 < 0.3 ? Math.sin((Math.PI * (time % 0.4)) / 0.3) : 0;
    samples.writeInt16LE(Math.round(7000 * value * loud), 2 * i);
  }
  return samples;
}

/** Makes absent files; committed files stay unchanged. */
export function makeCanaries(): void {
  for (const codec of Object.keys(declaredCodecs).filter((id) => !(`${id}.codes` in recipes))) {
    const path = join(folder, `${codec}.codes`);
    if (!existsSync(path)) writeFileSync(path, randomBytes(1260, codec.length));
  }
  const absent = Object.entries(recipes).filter(([name]) => !existsSync(join(folder, name)));
  if (absent.length === 0) return;
  const temporary = mkdtempSync(join(tmpdir(), 'longplay-canaries-'));
  try {
    const input = join(temporary, 'sound.raw');
    writeFileSync(input, sound());
    mkdirSync(folder, { recursive: true });
    for (const [name, recipe] of absent) {
      const source = ['-f', 's16le', '-ar', '16000', '-ac', '1', '-i', input, '-map_metadata', '-1', '-ac', '1'];
      execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...recipe, join(folder, name)]);
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
