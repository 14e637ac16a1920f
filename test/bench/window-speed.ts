import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = 7;

/**
 * Runs window searches on a catalog of this build and one of an older build, alternating; returns a table of the least CPU time of each. @param work bundles of window-work.ts: of
 * this build, and of the older one
 */
export function windowSpeeds(work: { readonly now: string; readonly before: string }, recordings: number, say: (text: string) => void): string {
  const folder = mkdtempSync(join(process.env.LONGPLAY_TMPDIR ?? tmpdir(), 'longplay-bench-windows-'));
  const run = (script: string, ...args: string[]): string => execFileSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  try {
    const sides = ['before', 'now'] as const;
    for (const side of sides) run(work[side], 'fill', join(folder, side), String(recordings));
    const times = new Map<string, { before: number; now: number }>();
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      // Each goes first equally often.
      for (const side of round % 2 === 0 ? sides : (['now', 'before'] as const)) {
        const asked: unknown = JSON.parse(run(work[side], 'ask', join(folder, side)));
        for (const [name, ms] of Object.entries(asked as Record<string, number>)) {
          const least = times.get(name) ?? { before: Number.POSITIVE_INFINITY, now: Number.POSITIVE_INFINITY };
          times.set(name, { ...least, [side]: Math.min(least[side], ms) });
        }
      }
    }
    return [
      '| time range | before, ms | now, ms | ratio |',
      '| --- | --: | --: | --: |',
      ...[...times].map(([name, { before, now }]) => `| ${name} | ${before.toFixed(2)} | ${now.toFixed(2)} | ${(now / before).toFixed(2)} |`),
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
