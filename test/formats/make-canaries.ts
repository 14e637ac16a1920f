import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The files of samples/canaries: codecs whose encoders we do not write, coded by FFmpeg from a sound of our own. Another version of an
// encoder gives other bytes, so each is made once, when its recipe is new, and committed.
const folder = join(import.meta.dirname, '../../samples/canaries');

/** Name of the file and how FFmpeg makes it. */
const recipes: Readonly<Record<string, readonly string[]>> = {
  'layer-3.mp3': ['-ar', '16000', '-ac', '1', '-c:a', 'libmp3lame', '-b:a', '16k', '-id3v2_version', '0', '-write_xing', '0'],
  'layer-2.mp2': ['-ar', '16000', '-ac', '1', '-c:a', 'mp2', '-b:a', '32k'],
  'opus.opus': ['-ar', '16000', '-ac', '1', '-c:a', 'libopus', '-b:a', '16k', '-flags', '+bitexact'],
  'g723-1.wav': ['-ar', '8000', '-ac', '1', '-c:a', 'g723_1', '-b:a', '6300', '-flags', '+bitexact'],
};

/** Vowel-like sound that changes pitch and pauses, 16 bits at 16 kHz: a decoder that gives silence or a tone does not pass. */
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

/** Makes those that are absent; what is committed stays as it is. */
export function makeCanaries(): void {
  const absent = Object.entries(recipes).filter(([name]) => !existsSync(join(folder, name)));
  if (absent.length === 0) return;
  const temporary = mkdtempSync(join(tmpdir(), 'longplay-canaries-'));
  try {
    const input = join(temporary, 'sound.raw');
    writeFileSync(input, sound());
    mkdirSync(folder, { recursive: true });
    for (const [name, recipe] of absent) {
      const source = ['-f', 's16le', '-ar', '16000', '-ac', '1', '-i', input, '-map_metadata', '-1'];
      execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...recipe, join(folder, name)]);
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
