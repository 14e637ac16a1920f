import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everything } from '../faults/trials.ts';
import { oggPage } from '../formats/ogg/builder.ts';
import { createRig, type Rig } from './rig.ts';

/** An hour in the long run; with fewer minutes the file would be too small to count as lost sound (M147). */
const minutes = everything ? 60 : 45;

/** Digital silence at 8 kHz in the longest blocks of FLAC: an hour is 57.6 MB of samples in 14 kB, made by flac. */
function silence(): Buffer {
  const raw = ['--force-raw-format', '--endian=little', '--sign=signed', '--channels=1', '--bps=16', '--sample-rate=8000'];
  const { status, stdout, stderr } = spawnSync('flac', ['-s', ...raw, '--lax', '--blocksize=65535', '--no-padding', '-c', '-'], {
    input: Buffer.alloc(2 * 8_000 * 60 * minutes),
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

/** The same, with changed fields of STREAMINFO: 20 bits of rate, 8 of channels and width, 36 of length (RFC 9639, 8.2). */
function stating(flac: Buffer, fields: { readonly rateHz?: bigint; readonly samples?: bigint }): Buffer {
  const file = Buffer.from(flac);
  const word = file.readBigUInt64BE(18);
  const rate = fields.rateHz ?? word >> 44n;
  const samples = fields.samples ?? word & (2n ** 36n - 1n);
  file.writeBigUInt64BE((rate << 44n) | (((word >> 36n) & 0xffn) << 36n) | samples, 18);
  return file;
}

/** Opus packets of one byte: two frames of 60 ms each, without transmission (RFC 6716, 3.1; 0x1d: SILK, stereo, two frames of one size). */
function unsent(pages: number, lastGranule: number | null): Buffer {
  const head = Uint8Array.of(...Buffer.from('OpusHead'), 1, 2, 0x38, 1, 0x40, 0x1f, 0, 0, 0, 0, 0);
  const tags = Uint8Array.of(...Buffer.from('OpusTags'), 1, 0, 0, 0, 0x78, 0, 0, 0, 0);
  const packets = Array.from({ length: 255 }, () => Uint8Array.of(0x1d));
  const page = (index: number): Uint8Array => {
    const isLast = index === pages - 1;
    const granule = isLast && lastGranule !== null ? lastGranule : (index + 1) * 255 * 5_760;
    return oggPage({ packets, granule, serial: 7, sequence: index + 2, flags: isLast ? 4 : 0 });
  };
  return Buffer.concat([
    oggPage({ packets: [head], granule: 0, serial: 7, sequence: 0, flags: 2 }),
    oggPage({ packets: [tags], granule: 0, serial: 7, sequence: 1, flags: 0 }),
    ...Array.from({ length: pages }, (_, index) => page(index)),
  ]);
}

/** Returns the finding codes by file, and the peak memory of the program, in MB. */
async function told(rig: Rig, args: readonly string[]): Promise<{ code: number | null; codes: Record<string, string[]>; megabytes: number }> {
  const peak = 'process.on("exit",()=>require("node:fs").appendFileSync(process.env.PEAK,process.resourceUsage().maxRSS+"\\n"))';
  writeFileSync(rig.path('peak.cjs'), peak);
  writeFileSync(rig.path('peaks'), '');
  const { code, lines } = await rig.json(args, { NODE_OPTIONS: `--require=${rig.path('peak.cjs')}`, PEAK: rig.path('peaks') });
  const codes: Record<string, string[]> = {};
  for (const line of lines) {
    const place = String(line.place);
    if (line.type === 'finding' && /\.(flac|opus)$/.test(place)) codes[place] = [...(codes[place] ?? []), String(line.code)].sort();
  }
  const peaks = readFileSync(rig.path('peaks'), 'utf8').trim().split('\n').map(Number);
  return { code, codes, megabytes: Math.max(...peaks) / 1_024 };
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

/** Twice the peak of two workers on such files; the samples of an hour would be 58 MB, of the largest 850. */
const mostMegabytes = 800;

test(`${minutes} minutes of silence in a few kB, and headers that state 2^36 samples or rates of 1 and 655,350 Hz, are decoded within bounds or reported, by each command`, async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  const flac = silence();
  expect(flac.length).toBeLessThan(270 * minutes);
  writeFileSync(rig.path('calls/a.flac'), flac);
  writeFileSync(rig.path('calls/length.flac'), stating(flac, { samples: 2n ** 36n - 1n }));
  writeFileSync(rig.path('calls/slow.flac'), stating(flac, { rateHz: 1n }));
  writeFileSync(rig.path('calls/fast.flac'), stating(flac, { rateHz: 655_350n }));
  writeFileSync(rig.path('calls/granule.opus'), unsent(1, 2 ** 50));

  const seen = await told(rig, ['identify', 'calls']);
  expect(seen).toMatchObject({ code: 3, codes: { 'length.flac': ['F103'], 'slow.flac': ['F110', 'M147'], 'fast.flac': ['F110', 'M147'] } });
  const made = await told(rig, ['convert', 'calls', '--out', 'out', '--access', 'wav']);
  expect(made).toMatchObject({
    code: 3,
    codes: {
      'a.flac': ['M121'],
      'length.flac': ['F103', 'M121', 'M145'],
      'slow.flac': ['F110', 'M147', 'P160'],
      'fast.flac': ['F110', 'M147', 'P160'],
      'granule.opus': ['M140', 'P160'],
    },
  });
  // Twice the silence in 16 bits at 8 kHz, and the list of samples.
  expect(bytesBelow(rig.path('out'))).toBeLessThan(2 * 2 * 8_000 * 60 * minutes + 100_000);
  // Opus takes most of the time, so the silence is encoded once.
  rmSync(rig.path('calls/a.flac'));
  const added = await told(rig, ['import', 'calls', '--into', 'archive']);
  // None of it has sound, which is reported; each file is stored. Stated length without data is lost sound (M145).
  expect(added.code).toBe(3);
  expect(added.codes).toMatchObject({ 'length.flac': ['F103', 'M121', 'M145'], 'granule.opus': ['M140'] });
  expect(bytesBelow(rig.path('archive'))).toBeLessThan(10_000_000);
  const played = await told(rig, ['verify', 'archive', '--play']);
  expect(played.code).toBe(3);
  for (const { megabytes } of [seen, made, added, played]) expect(megabytes).toBeLessThan(mostMegabytes);
});

test('Opus of which one byte becomes 5,000 samples is played to the limit and reported, and nothing is written', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  // 80 kB that state 1.3 hours of stereo at 48 kHz: 450 million samples.
  writeFileSync(rig.path('calls/bomb.opus'), unsent(153, null));
  const made = await told(rig, ['convert', 'calls', '--out', 'out']);
  expect(made.codes).toEqual({ 'bomb.opus': ['M121', 'M122', 'M145', 'M156'] });
  expect(made.megabytes).toBeLessThan(mostMegabytes);
  expect(bytesBelow(rig.path('out'))).toBeLessThan(100_000);
});
