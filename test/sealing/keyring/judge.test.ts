import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { decodeBech32, encodeBech32 } from '../../../src/sealing/age/bech32.ts';
import { generateIdentity, recipientOf } from '../../../src/sealing/age/x25519.ts';
import { eraseSecrets } from '../../../src/sealing/keyring/erase.ts';
import { rotateRoots } from '../../../src/sealing/keyring/manage.ts';
import { makeRecovery, readShares } from '../../../src/sealing/keyring/recover.ts';
import type { RootKind } from '../../../src/sealing/keyring/root.ts';
import { combineShares } from '../../../src/sealing/recovery/shares.ts';
import { flipBit, inPassphrase, keyringRig, nobody, now, pageOf, passphrases } from './keyring-rig.ts';

const scratch = mkdtempSync(join(tmpdir(), 'longplay-keyring-judge-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

let judgeBuilt: string | null = null;

/** Builds the judge, once. */
function judge(): string {
  if (judgeBuilt !== null) return judgeBuilt;
  cpSync(fileURLToPath(new URL('judge/judge.go', import.meta.url)), join(scratch, 'judge.go'));
  const cache = fileURLToPath(new URL('../../../node_modules/.cache/go-build', import.meta.url));
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOCACHE: cache, GOPROXY: 'off' };
  const { status, stderr } = spawnSync('go', ['build', '-o', 'judge', 'judge.go'], { cwd: scratch, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the judge does not build: ${stderr}`);
  judgeBuilt = join(scratch, 'judge');
  return judgeBuilt;
}

function judged(folder: string, page: string, cell: string, root = ''): string {
  return spawnSync(judge(), [folder, page, cell], { input: root, encoding: 'utf8' }).stdout;
}

/** The judge's output about secrets. */
function printed(secrets: Readonly<Record<string, string>>): string {
  const lines = Object.entries(secrets).map(([name, secret]) => `${name} ${Buffer.from(decodeBech32(secret)?.bytes ?? []).toString('hex')}\n`);
  return lines.sort().join('');
}

function decrypted(identity: string, file: string): string {
  const identityFile = join(scratch, 'identity.txt');
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 });
  const { status, stdout, stderr } = spawnSync('age', ['-d', '-i', identityFile, file], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('a program in Go, written from the reference page', () => {
  test('opens every cell through each copy, before and after an erasure, and finds a changed bit', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 4);
    await (await rig.open()).addPage(page);
    const [erased = ''] = page.cells.keys();
    for (const isAfter of [false, true]) {
      for (const folder of [rig.main, rig.copy])
        for (const [cell, secrets] of page.cells)
          expect(judged(folder, page.page, cell)).toBe(isAfter && cell === erased ? 'ERASED\n' : printed(secrets));
      if (!isAfter) await eraseSecrets(await rig.session(), [{ page: page.page, cell: erased, names: null }], now);
    }
    const [name = ''] = readdirSync(join(rig.main, 'pages'));
    flipBit(join(rig.main, 'pages', name));
    expect([...page.cells.keys()].map((cell) => judged(rig.main, page.page, cell)).join('')).toContain('WRONG');
  });
});

describe("Debian's age", () => {
  test('opens the root that an age identity protects, and that of a recovery, with which the page opens', async () => {
    const identity = generateIdentity();
    const kind: RootKind = { kind: 'age', recipient: recipientOf(identity) };
    const access = { ...nobody, identities: async () => ['# a comment', identity] };
    await using rig = await keyringRig([kind, inPassphrase], { ...passphrases({ 'copy-1': 'battery staple' }), identities: access.identities });
    const page = pageOf(1, 1);
    await (await rig.open({ access })).addPage(page);
    const shares = await makeRecovery(await rig.session(), { shares: 3, needed: 2, folder: join(rig.folder, 'shares') });
    const [[cell = '', secrets = {}] = []] = page.cells;
    const recovered = encodeBech32('AGE-SECRET-KEY-', await combineShares(readShares(shares.files.slice(1))));
    for (const root of [decrypted(identity, join(rig.main, 'root-1.age')), decrypted(recovered, join(rig.main, 'recovery-1-1.age'))])
      expect(judged(rig.main, page.page, cell, root)).toBe(printed(secrets));
    expect(judged(rig.copy, page.page, cell, decrypted(recovered, join(rig.copy, 'recovery-1-1.age')))).toBe(printed(secrets));
  });
});

const commands = fileURLToPath(new URL('commands', import.meta.url));

/** Lets a program protect the root of main: adds, rotates, erases, and opens again. */
async function keptBy(program: string): Promise<void> {
  const kind: RootKind = { kind: 'command', command: [join(commands, program)] };
  await using rig = await keyringRig([kind]);
  const page = pageOf(1, 2);
  await (await rig.open()).addPage(page);
  const [[erased = ''] = [], [cell = '', secrets = {}] = []] = page.cells;
  const [rotated] = await rotateRoots(await rig.session(), ['main'], null);
  expect(rotated).toMatchObject({ state: 'done', doubt: null });
  const { copies } = await eraseSecrets(await rig.session(), [{ page: page.page, cell: erased, names: null }], now);
  expect(copies.map(({ state, doubt }) => [state, doubt])).toEqual([
    ['done', null],
    ['done', null],
  ]);
  expect(readdirSync(rig.main).filter((name) => name.startsWith('root-'))).toEqual(['root-3.wrapped']);
  rmSync(rig.copy, { recursive: true });
  const keyring = await rig.open();
  expect([keyring.secretsOf(page.page, erased), keyring.secretsOf(page.page, cell)]).toEqual(['erased', secrets]);
  keyring.close();
}

describe('a program that protects a root', () => {
  test('may keep its keys in files, each destroyed with its root', async () => {
    const store = join(scratch, 'store');
    mkdirSync(store);
    vi.stubEnv('LONGPLAY_TEST_STORE', store);
    await keptBy('file.mjs');
    expect(readdirSync(store)).toEqual([expect.stringMatching(/^longplay-[0-9a-f]{8}-main-3$/)]);
  });

  test("may call Vault's transit engine", async () => {
    const keys = new Map<string, { deletable: boolean }>();
    const calls: string[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (piece) => (text += piece));
      request.on('end', () => {
        const [, action = '', key = '', more] = /^\/v1\/transit\/(keys|encrypt|decrypt)\/([\w-]+)(\/config)?$/.exec(request.url ?? '') ?? [];
        const body = text === '' ? {} : JSON.parse(text);
        calls.push(`${request.method} ${action}${more ?? ''}`);
        const answer = (status: number, data?: unknown): void =>
          void response.writeHead(status).end(data === undefined ? '' : JSON.stringify({ data }));
        if (request.headers['x-vault-token'] !== 'token') answer(403);
        else if (action === 'keys' && request.method === 'POST' && more === undefined) {
          if (!keys.has(key)) keys.set(key, { deletable: false });
          answer(204);
        } else if (!keys.has(key)) answer(404);
        else if (action === 'encrypt') answer(200, { ciphertext: `vault:v1:${Buffer.from(`${key} ${body.plaintext}`).toString('base64')}` });
        else if (action === 'decrypt') {
          const [of, plaintext] = Buffer.from(String(body.ciphertext).slice('vault:v1:'.length), 'base64').toString().split(' ');
          answer(of === key ? 200 : 400, { plaintext });
        } else if (more !== undefined) {
          keys.set(key, { deletable: body.deletion_allowed === true });
          answer(204);
        } else answer(keys.get(key)?.deletable === true && keys.delete(key) ? 204 : 400);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('VAULT_ADDR', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('VAULT_TOKEN', 'token');
    try {
      await keptBy('vault.mjs');
      expect([...keys.keys()]).toEqual([expect.stringMatching(/-main-3$/)]);
      expect(calls).toContain('DELETE keys');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const module = '/usr/lib/softhsm/libsofthsm2.so';
  const hasHsm = spawnSync('softhsm2-util', ['--version']).status === 0 && spawnSync('pkcs11-tool', ['--help']).error === undefined;

  test.skipIf(!hasHsm)('may use keys that never leave an HSM', async () => {
    const store = join(scratch, 'hsm');
    mkdirSync(join(store, 'tokens'), { recursive: true });
    writeFileSync(join(store, 'softhsm2.conf'), `directories.tokendir = ${join(store, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    for (const [name, value] of Object.entries({
      SOFTHSM2_CONF: join(store, 'softhsm2.conf'),
      PKCS11_MODULE: module,
      LONGPLAY_TEST_PIN: '1234',
      LONGPLAY_TEST_STORE: store,
    }))
      vi.stubEnv(name, value);
    const made = spawnSync('softhsm2-util', ['--init-token', '--free', '--label', 'longplay', '--so-pin', '5678', '--pin', '1234'], {
      encoding: 'utf8',
    });
    expect([made.status, made.stderr]).toEqual([0, '']);
    await keptBy('hsm.mjs');
    const { stdout } = spawnSync('pkcs11-tool', ['--module', module, '--login', '--pin', '1234', '--list-objects', '--type', 'privkey'], {
      encoding: 'utf8',
    });
    expect([...stdout.matchAll(/label: +(\S+)/g)].map(([, label]) => label)).toEqual([expect.stringMatching(/-main-3$/)]);
  });

  test('that fails, answers nothing, or answers no JSON changes nothing, and its answer is in no message', async () => {
    await using rig = await keyringRig();
    const page = pageOf(1, 1);
    await (await rig.open()).addPage(page);
    for (const [index, text] of ['exit 3', 'true', 'cat', 'echo \'{"wrapped":1}\''].entries()) {
      const program = join(rig.folder, `program-${index}`);
      writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      const [outcome] = await rotateRoots(await rig.session(), ['main'], { kind: 'command', command: [program] });
      expect([outcome?.state, outcome?.why?.code]).toEqual(['owed', 'K106']);
      expect(outcome?.why?.message).not.toMatch(/secret|[0-9a-f]{16}/);
    }
    const [[cell = '', secrets = {}] = []] = page.cells;
    expect((await rig.open()).secretsOf(page.page, cell)).toEqual(secrets);
  });
});
