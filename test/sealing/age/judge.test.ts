import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { openAge, openedStream } from '../../../src/sealing/age/open.ts';
import { passphraseIdentity, passphraseRecipient } from '../../../src/sealing/age/scrypt.ts';
import { generateIdentity, recipientOf, x25519Identity, x25519Recipient } from '../../../src/sealing/age/x25519.ts';
import { startShell } from '../../cli/shells.ts';
import { contentOf, outcomeOf, randomFrom, sealed, streamOf } from './age-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-age-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder of this test and returns its path. */
function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function age(...args: readonly string[]): { readonly status: number | null; readonly stdout: Buffer; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync('age', args, { maxBuffer: 16 * 1024 * 1024 });
  return { status, stdout, stderr: stderr.toString('utf8') };
}

const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_001];
const identity = generateIdentity(randomFrom('judged'));
const identityFile = put('identity.txt', `${identity}\n`);

describe("Debian's age", () => {
  test('opens files that longplay seals, and refuses files that longplay refuses', () => {
    for (const size of sizes) {
      const file = sealed(contentOf(size), x25519Recipient(recipientOf(identity)), randomFrom(`judged ${size}`));
      const { status, stdout, stderr } = age('-d', '-i', identityFile, put('sealed.age', file));
      expect([size, status, stderr]).toEqual([size, 0, '']);
      expect(Buffer.compare(stdout, contentOf(size))).toBe(0);
      const damaged = Uint8Array.from(file);
      damaged[file.length - 1] = (damaged[file.length - 1] ?? 0) ^ 1;
      expect(age('-d', '-i', identityFile, put('damaged.age', damaged)).status).toBe(1);
    }
  });

  test('seals files that longplay opens, also for several recipients', async () => {
    const other = generateIdentity();
    for (const size of sizes) {
      const path = join(folder, 'foreign.age');
      const { status } = age('-r', recipientOf(other), '-r', recipientOf(identity), '-o', path, put('plain', contentOf(size)));
      expect(status).toBe(0);
      for (const key of [identity, other]) {
        const reader = await openAge(memoryReader(readFileSync(path), 'foreign.age'), [x25519Identity(key)]);
        expect(reader.size).toBe(size);
        expect(Buffer.compare(await reader.read(0, size), contentOf(size))).toBe(0);
      }
      const streamed = await outcomeOf(openedStream(streamOf(readFileSync(path), [50_000]), [x25519Identity(identity)]));
      expect([streamed.fault, Buffer.compare(streamed.bytes, contentOf(size))]).toEqual([null, 0]);
      rmSync(path);
    }
  });

  test('and age-keygen compute the recipient of an identity, and longplay computes that of theirs', () => {
    expect(spawnSync('age-keygen', ['-y', identityFile], { encoding: 'utf8' }).stdout).toBe(`${recipientOf(identity)}\n`);
    const made = spawnSync('age-keygen', [], { encoding: 'utf8' }).stdout;
    const [, secret = ''] = /^(AGE-SECRET-KEY-1.*)$/m.exec(made) ?? [];
    expect(made).toContain(`# public key: ${recipientOf(secret)}\n`);
  });

  test('opens files sealed by a passphrase, and seals such files for longplay', async () => {
    const file = put('passphrase.age', sealed(contentOf(100_000), passphraseRecipient('correct horse', 12), randomFrom('passphrase')));
    {
      await using shell = await startShell(`sh -c "age -d -o ${folder}/out ${file} && echo is open"`, folder, {});
      await shell.type('correct horse\n', /is open/);
    }
    expect(Buffer.compare(readFileSync(join(folder, 'out')), contentOf(100_000))).toBe(0);
    {
      await using shell = await startShell(`sh -c "age -p -o ${folder}/by-age ${folder}/out && echo is sealed"`, folder, {});
      await shell.type('battery staple\nbattery staple\n', /is sealed/);
    }
    const reader = await openAge(memoryReader(readFileSync(join(folder, 'by-age')), 'by-age'), [passphraseIdentity('battery staple')]);
    expect(Buffer.compare(await reader.read(0, reader.size), contentOf(100_000))).toBe(0);
  });
});
