import { expect, test } from 'vitest';
import { codecMap } from '../../../src/cli/machine/context.ts';
import { codecRegister } from '../../../src/report/statement/codec-register.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import type { CatalogStratum } from '../../../src/report/statement/statement.ts';

const stratum = (codecs: string, recordings: number, year: string | null = '2019'): CatalogStratum => ({
  codecs,
  importer: 'asterisk',
  year,
  recordings,
  withSound: recordings,
  durationMs: recordings * 60_000,
});
const catalog = [
  // A row without audio has nothing to decode.
  { ...stratum('', 5), withSound: 0, durationMs: 0 },
  stratum('', 3, null),
  stratum('gsm', 10),
  stratum('gsm', 5, '2020'),
  stratum('gsm mp3', 2),
  stratum('truespeech', 4),
  stratum('unknown', 7),
  stratum('codec-of-tomorrow', 1),
];

/** Log entries of bags that were verified one after another. */
function playedCodecs(...plays: readonly (readonly [time: string, played: string, strata: string])[]) {
  const accounting = createLogAccount(Date.parse('2027-01-01T00:00:00Z'));
  let seq = 0;
  for (const [time, played, strata] of plays) {
    const [run, bag] = [`r${time}`, '2019/a'];
    accounting.add({ seq: ++seq, time, type: 'verification-started', detail: { run, replica: null, scope: 'all', decoders: `decoders of ${time}` } });
    accounting.add({ seq: ++seq, time, type: 'bag-verified', detail: { run, replica: null, bag, verdict: 'ok', faults: '', played, strata } });
  }
  return accounting.account().playability.codecs;
}

test('each codec is listed with its amount, its risk with the reason, and its last decoding and decoder', () => {
  const [earlier, later] = ['2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'];
  const register = codecRegister(
    catalog,
    { codecs: codecMap(), ffmpeg: '7.1.5' },
    playedCodecs(
      [earlier, 'all', 'gsm/asterisk/2019=10/0 gsm+mp3/asterisk/2019=2/0'],
      [later, 'copies', 'gsm/asterisk/2020=5/0 truespeech/asterisk/2019=0/4'],
      ['2026-01-01T00:00:00.000Z', 'all', 'this is no text of strata'],
      // Later than now, so not accepted.
      ['2028-01-01T00:00:00.000Z', 'all', 'gsm/asterisk/2019=10/0'],
    ),
  );
  const first = { time: earlier, decoders: `decoders of ${earlier}` };
  const second = { time: later, decoders: `decoders of ${later}` };
  const row = (codec: string, recordings: number, risk: string, decoders: readonly string[], originals: unknown = null, copies: unknown = null) =>
    expect.objectContaining({ codec, recordings, durationMs: recordings * 60_000, risk, decoders, originals, copies });
  expect(register).toEqual([
    row('unknown', 7, 'nobody', []),
    row('-', 3, 'nobody', []),
    row('codec-of-tomorrow', 1, 'nobody', []),
    row('truespeech', 4, 'proprietary', ['FFmpeg 7.1.5']),
    row('mp3', 2, 'ffmpeg-only', ['FFmpeg 7.1.5'], first, first),
    row('gsm', 17, 'published', ['longplay 0.1.0', 'FFmpeg 7.1.5'], first, second),
  ]);
  for (const { reason } of register) expect(reason.length).toBeGreaterThan(10);
});

test('without FFmpeg there is no decoder for what only FFmpeg decodes', () => {
  const register = codecRegister(catalog, { codecs: codecMap(), ffmpeg: null }, []);
  expect(register.filter(({ risk }) => risk === 'nobody').map(({ codec }) => codec)).toEqual([
    'unknown',
    'truespeech',
    '-',
    'mp3',
    'codec-of-tomorrow',
  ]);
  expect(register.find(({ codec }) => codec === 'mp3')?.reason).toBe('only FFmpeg decodes it, and it is not available here');
});
