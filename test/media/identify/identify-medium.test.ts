import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Format, Identification } from '../../../src/core/model/format.ts';
import { identifyMedium } from '../../../src/media/identify/identify-medium.ts';
import { formatSaying, never } from '../medium-rig.ts';

const file = memoryReader(new Uint8Array(10), 'call.x');
const none: Format = { ...formatSaying(() => ({}), 'none'), identify: async () => null };
const guess = formatSaying(() => ({ confidence: 'hint' }), 'guess');
const built = formatSaying(() => ({ confidence: 'structure' }), 'built');
const signed = formatSaying(() => ({ confidence: 'signature' }), 'signed');
const alsoSigned = formatSaying(() => ({ confidence: 'signature' }), 'also-signed');

async function identify(...formats: Format[]): Promise<Identification | null> {
  return identifyMedium(file, { name: file.name }, formats, never);
}

test('a file that no format recognises is null', async () => {
  expect(await identify()).toBeNull();
  expect(await identify(none, none)).toBeNull();
});

test('the most certain answer wins in any order of the list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([none, guess, built, signed], { minLength: 4 }), async (formats) => {
      expect((await identify(...formats))?.format).toBe('signed');
    }),
  );
});

test('two equally certain answers are a finding that names both, the same in any order, and nothing is played', async () => {
  const expected = {
    format: 'also-signed or signed',
    confidence: 'signature',
    basis: 'also-signed: also-signed at 0; signed: signed at 0',
    tracks: [],
    findings: [
      {
        kind: 'finding',
        code: 'M106',
        place: 'call.x',
        message: '2 formats are equally certain (signature): also-signed: also-signed at 0; signed: signed at 0',
      },
    ],
    state: 'ok',
  };
  expect(await identify(signed, built, alsoSigned)).toEqual(expected);
  expect(await identify(alsoSigned, guess, signed)).toEqual(expected);
});

test('an abort ends it between two formats', async () => {
  const abort = new AbortController();
  const reason = new Error('stop');
  const stops: Format = {
    ...none,
    identify: async () => {
      abort.abort(reason);
      return null;
    },
  };
  await expect(identifyMedium(file, { name: 'call.x' }, [stops, signed], abort.signal)).rejects.toBe(reason);
});
