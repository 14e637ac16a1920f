import { expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { declarationsOf } from '../../../src/cli/options/declare-option.ts';
import { LongplayError } from '../../../src/core/base/error.ts';

const listed = new Map(codecs.map((codec) => [codec.id, codec]));

function hintOf(codec: string): string {
  try {
    declarationsOf({ declare: [`*.dat=${codec}`] }, listed);
  } catch (error) {
    if (error instanceof LongplayError) return error.hint;
    throw error;
  }
  return '';
}

test.each([
  ['ulaw', 'mulaw'],
  ['uLaw', 'mulaw'],
  ['pcm_mulaw', 'mulaw'],
  ['pcma', 'alaw'],
  ['a-law', 'alaw'],
  ['s16le', 'pcm-s16le'],
  ['vox', 'oki-adpcm'],
  ['mulwa', 'mulaw'],
])('a declared codec %s, which has another id here, gives the suggestion %s', (codec, id) => {
  expect(hintOf(codec)).toMatch(new RegExp(`^did you mean ${id}\\? there are `));
});

test('a codec that exists and cannot be declared gives no suggestion', () => {
  expect(hintOf('ima-adpcm')).toMatch(/^(?!did you mean (?:mulaw|alaw))/);
  expect(hintOf('mulaw')).toBe('');
});
