import { expect, test } from 'vitest';
import type { CatalogStratum } from '../../src/catalog/catalog.ts';
import { codecMap } from '../../src/cli/context.ts';
import { codecRegister, type LoggedPlay } from '../../src/verify/codec-register.ts';

const stratum = (codecs: string, recordings: number, year: string | null = '2019'): CatalogStratum => ({
  codecs,
  importer: 'asterisk',
  year,
  recordings,
  durationMs: recordings * 60_000,
});
const catalog = {
  strata: () => [
    stratum('', 3, null),
    stratum('gsm', 10),
    stratum('gsm', 5, '2020'),
    stratum('gsm mp3', 2),
    stratum('truespeech', 4),
    stratum('unknown', 7),
    stratum('codec-of-tomorrow', 1),
  ],
};
const ffmpeg = { path: '/usr/bin/ffmpeg', version: '7.1.5', build: '7.1.5 0' };
const play = (time: string, played: LoggedPlay['played'], strata: string): LoggedPlay => ({ time, decoders: `decoders of ${time}`, played, strata });

test('each codec stands with what there is of it, its risk and why, and when it was played last by what', () => {
  const register = codecRegister(catalog, codecMap(), { ffmpeg }, [
    play('2024-01-01T00:00:00Z', 'all', 'gsm/asterisk/2019=10/0 gsm+mp3/asterisk/2019=2/0'),
    play('2025-01-01T00:00:00Z', 'copies', 'gsm/asterisk/2020=5/0 truespeech/asterisk/2019=0/4'),
    play('2026-01-01T00:00:00Z', 'all', 'this is no text of strata'),
  ]);
  const first = { time: '2024-01-01T00:00:00Z', decoders: 'decoders of 2024-01-01T00:00:00Z' };
  const second = { time: '2025-01-01T00:00:00Z', decoders: 'decoders of 2025-01-01T00:00:00Z' };
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

test('without FFmpeg nobody decodes here what it alone decodes', () => {
  const register = codecRegister(catalog, codecMap(), { ffmpeg: null }, []);
  expect(register.filter(({ risk }) => risk === 'nobody').map(({ codec }) => codec)).toEqual([
    'unknown',
    'truespeech',
    '-',
    'mp3',
    'codec-of-tomorrow',
  ]);
  expect(register.find(({ codec }) => codec === 'mp3')?.reason).toBe('only FFmpeg decodes it, and there is none here');
});
