import { describe, expect, test } from 'vitest';
import type { PlayedFile } from '../../../src/verify/play/play-recording.ts';
import { createNotes, playedVerdicts } from '../../../src/verify/play/played-verdicts.ts';

const folder = 'bags/2019/b/data/id';
const played = (outcome: PlayedFile['outcome'], of: PlayedFile['of'], reasons: readonly string[] = []): PlayedFile => ({
  name: of === 'copy' ? 'access-1.opus' : 'original-1.dss',
  of,
  outcome,
  reasons,
  codec: 'ds2-qp',
  audioMs: 1_000,
});

describe('the outcome of a recording', () => {
  const cases: readonly [
    what: string,
    files: PlayedFile[],
    complete: boolean,
    counts: [played: number, failed: number, otherwise: number, untried: number],
  ][] = [
    ['nothing, if it has nothing to play', [], true, [0, 0, 0, 0]],
    ['played', [played('same', 'copy'), played('same', 'original')], true, [1, 0, 0, 0]],
    ['played otherwise', [played('same', 'copy'), played('near', 'original')], true, [1, 0, 1, 0]],
    ['failed, whatever else it has', [played('different', 'copy'), played('near', 'original'), played('encrypted', 'original')], false, [0, 1, 0, 0]],
    ['failed, if it is broken', [played('broken', 'original', ['it decodes to 0 samples'])], true, [0, 1, 0, 0]],
    ['untried, if a password is missing', [played('same', 'copy'), played('encrypted', 'original')], true, [0, 0, 0, 1]],
    ['untried, if FFmpeg is missing', [played('no FFmpeg', 'original')], true, [0, 0, 0, 1]],
    ['untried, if a file is missing', [played('same', 'copy')], false, [0, 0, 0, 1]],
    ['untried, if the system refuses to read it', [played('unreadable', 'copy', ['EIO'])], true, [0, 0, 0, 1]],
  ];
  test.each(cases)('%s', (_, files, complete, expected) => {
    const { counts, untried } = playedVerdicts({ files, complete }, folder);
    expect([counts.played, counts.failed, counts.otherwise, untried]).toEqual(expected);
  });

  test('only what was decoded counts as sound', () => {
    const files = [played('same', 'copy'), played('encrypted', 'original'), played('unreadable', 'original', ['EIO'])];
    expect(playedVerdicts({ files, complete: true }, folder).audioMs).toBe(1_000);
  });
});

test('each outcome has its code, and states the fault and the file', () => {
  const said = (file: PlayedFile): string[] => {
    const { verdicts, notes } = playedVerdicts({ files: [file], complete: true }, folder);
    const sums = createNotes();
    sums.add(notes);
    return [...verdicts, ...sums.verdicts('bags/2019/b')].map(
      ({ code, verdict, severity, path, message }) => `${code} ${severity} ${verdict} ${path}: ${message}`,
    );
  };
  const [copy, original] = [`${folder}/access-1.opus`, `${folder}/original-1.dss`];
  expect(said(played('same', 'copy'))).toEqual([]);
  expect(said(played('broken', 'copy', ['page 3: CRC mismatch', 'too short']))).toEqual([
    `V121 error unplayable ${copy}: page 3: CRC mismatch`,
    `V121 error unplayable ${copy}: too short`,
  ]);
  expect(said(played('broken', 'original', ['nothing']))).toEqual([`V200 error unplayable ${original}: nothing`]);
  expect(said(played('different', 'original', ['a', 'b']))).toEqual([`V201 error unplayable ${original}: a; b`]);
  expect(said(played('different', 'copy', ['a']))).toEqual([`V204 error unplayable ${copy}: a`]);
  expect(said(played('unreadable', 'copy', ['EIO']))).toEqual([`V207 error unreachable ${copy}: could not be read for decoding: EIO`]);
  expect(said(played('near', 'copy', ['decoded by x']))).toEqual([
    `V203 warning ok bags/2019/b: 1 copy with other samples than at import, within tolerance: decoded by x; the first is ${copy}`,
  ]);
  expect(said(played('encrypted', 'original'))).toEqual([
    `V206 warning unverifiable bags/2019/b: 1 original not decoded: encrypted (ds2-qp), and none of the given passwords opens them; the first is ${original}`,
  ]);
});

test('notes of a bag are summed by their words, and hundreds of them are reported together', () => {
  const notes = createNotes();
  for (let index = 0; index < 500; index++) {
    const files = [played('near', 'original', [`decoded by x ${index}`]), played('near', 'copy', ['decoded by y'])];
    notes.add(playedVerdicts({ files, complete: true }, `${folder}${index}`).notes);
  }
  const verdicts = notes.verdicts('bags/2019/b');
  expect(verdicts).toHaveLength(101);
  expect(verdicts.find(({ code }) => code === 'V203')?.message).toMatch(/^500 copies .* decoded by y; the first is bags\/2019\/b\/data\/id0\/access/);
  const counts = verdicts.filter(({ code }) => code === 'V202').map(({ message }) => Number.parseInt(message, 10));
  expect(counts.reduce((sum, files) => sum + files, 0)).toBe(500);
  expect(verdicts.at(-1)?.message).toMatch(/and others; the first is/);
});
