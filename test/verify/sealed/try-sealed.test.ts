import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { generateIdentity } from '../../../src/sealing/age/x25519.ts';
import type { FileSecrets, Keyring } from '../../../src/sealing/keyring/keyring.ts';
import { erasedSecret } from '../../../src/sealing/keyring/page.ts';
import { provideKeys, unlockKeys } from '../../../src/sealing/open-keys.ts';
import { createSealer, sealedBytes } from '../../../src/sealing/sealer.ts';
import { tryThing } from '../../../src/verify/sealed/try-sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-try-'));
const { signal } = new AbortController();
const sealer = createSealer();
writeFileSync(join(folder, 'one.age'), sealedBytes(sealer, 'one', Buffer.from('what it holds')));
const secrets = sealer.secretsOf(['one']);
let given: FileSecrets | 'erased' | null | LongplayError = null;

beforeEach(async () => {
  const keyring: Keyring = {
    id: '00',
    session: null,
    addPage: async () => undefined,
    secretsOf: () => {
      if (given instanceof LongplayError) throw given;
      return given;
    },
    cellsOf: () => () => null,
    close: () => undefined,
  };
  provideKeys(async () => keyring);
  await unlockKeys();
});
afterAll(() => {
  provideKeys(null);
  rmSync(folder, { recursive: true });
});

/** Tries the files of one item with the keyring's secrets. @param told the fault of its plain bytes */
async function tried(
  has: typeof given,
  name = 'one',
  told: string | null = null,
): Promise<readonly [opening: string, verdicts: readonly string[], plain: string]> {
  given = has;
  let plain = '';
  const push = (piece: Uint8Array): void => {
    plain += Buffer.from(piece).toString();
  };
  const compare = () => ({ push, wrong: () => told });
  const files = [{ path: join(folder, `${name}.age`), place: `x/${name}.age`, name: 'one', compare }];
  const { opening, verdicts } = await tryThing({ place: 'x', page: '00', cell: 'c', files }, signal);
  return [opening, verdicts.map(({ code, path, verdict, severity }) => `${severity} ${verdict} ${code} ${path}`), plain];
}

test('a sealed item opens with its secrets, and all of it is read', async () => {
  expect(await tried(secrets)).toEqual(['opened', [], 'what it holds']);
});

test('without secrets it stays closed, also if no copy opens the page', async () => {
  for (const has of [null, {}, new LongplayError('incomplete', 'K103', 'damaged', '')]) expect(await tried(has)).toEqual(['closed', [], '']);
});

test('a file that does not open, or opens to other bytes, is damaged', async () => {
  expect(await tried({ one: generateIdentity() })).toEqual(['faulty', ['error corrupt K202 x/one.age'], '']);
  expect(await tried(secrets, 'one', 'it is another file')).toEqual(['faulty', ['error corrupt K202 x/one.age'], 'what it holds']);
});

test('destroyed secrets are an alarm, for the item or for the file', async () => {
  expect(await tried('erased')).toEqual(['faulty', ['error unexpected E114 x'], '']);
  expect(await tried({ one: erasedSecret })).toEqual(['faulty', ['error unexpected E114 x/one.age'], '']);
});

test('a missing file is left to the check of stored bytes', async () => {
  expect(await tried(secrets, 'gone')).toEqual(['unread', [], '']);
});
