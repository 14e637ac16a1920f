import { describe, expect, test } from 'vitest';
import { asMeant, cli, createRig, type Rig } from './rig.ts';

/** The lines of progress that a run shows on a terminal of 80 columns. */
async function linesOf(rig: Rig, args: readonly string[]): Promise<string[]> {
  const command = `export TERM=xterm; stty cols 80; exec ${[process.execPath, ...asMeant([cli, ...args])].map((word) => `'${word}'`).join(' ')}`;
  const { code, stdout } = await rig.exec('script', ['-qec', command, '/dev/null']);
  expect(code, stdout).toBe(0);
  return [...stdout.matchAll(/\r\u001b\[K([^\r\n\u001b]+)/g)].map(([, line]) => line ?? '');
}

const percent = (text: string | undefined): number => Number(/ (\d+) % /.exec(text ?? '')?.[1] ?? Number.NaN);

describe('progress', () => {
  test('continues within a recording and within a bag, the remaining time first, in 80 columns', async () => {
    await using rig = createRig();
    await rig.exec('sox', ['-n', '-r', '8000', '-e', 'mu-law', '-c', '1', rig.path('one.wav'), 'synth', '2400', 'pinknoise', 'vol', '0.3']);
    // Decoding, which only a verification does, is the fastest: recordings to encode can be shorter.
    await rig.exec('sox', [rig.path('one.wav'), rig.path('short.wav'), 'trim', '0', '1000']);
    const told: string[] = [];
    for (const [phase, unit, ...args] of [
      ['importing', 'recording', 'import', rig.path('one.wav'), '--into', rig.path('archive')],
      ['converting', 'file', 'convert', rig.path('short.wav'), '--out', rig.path('copies')],
      ['verifying', 'bag', 'verify', rig.path('archive'), '--play'],
    ] as const) {
      const lines = (await linesOf(rig, args)).filter((line) => line.includes(phase));
      const within = lines.filter((line) => line.includes(` 0 of 1 ${unit}`) && percent(line) > 0);
      expect(new Set(within.map(percent)).size, lines.join('\n')).toBeGreaterThan(1);
      expect(within.map(percent)).toEqual(within.map(percent).sort((a, b) => a - b));
      expect(lines.filter((line) => line.length > 79)).toEqual([]);
      const withTime = within.filter((line) => line.includes(' left'));
      expect(withTime.filter((line) => !new RegExp(`^[\\d.]+ (s|min \\d+ s) left, ${phase} \\d+ %  `).test(line))).toEqual([]);
      told.push(...withTime);
    }
    // A fast machine has decoded everything before the first measurement is long enough; the import, which also encodes, has not.
    expect(told.length).toBeGreaterThan(0);
  });
});
