#!/usr/bin/env node
// A key command for an HSM: an RSA key per root, which never leaves it. PKCS11_MODULE is its library, LONGPLAY_TEST_PIN the PIN, LONGPLAY_TEST_STORE a folder for scratch files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const folder = mkdtempSync(join(process.env.LONGPLAY_TEST_STORE, 'scratch-'));
const run = (program, args) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout.toString('utf8');
};
const token = (...args) => run('pkcs11-tool', ['--module', process.env.PKCS11_MODULE, '--login', '--pin', 'env:LONGPLAY_TEST_PIN', ...args]);
const id = Buffer.from(asked.key, 'utf8').toString('hex');
const hasKey = () => token('--list-objects', '--type', 'privkey', '--id', id).includes(asked.key);
try {
  if (asked.do === 'wrap') {
    if (!hasKey()) token('--keypairgen', '--key-type', 'rsa:2048', '--label', asked.key, '--id', id);
    token('--read-object', '--type', 'pubkey', '--id', id, '--output-file', 'public.der');
    writeFileSync(join(folder, 'in'), Buffer.from(asked.secret, 'base64'));
    run('openssl', 'pkeyutl -encrypt -pubin -keyform DER -inkey public.der -in in -out out -pkeyopt rsa_padding_mode:oaep'.split(' '));
    process.stdout.write(JSON.stringify({ wrapped: readFileSync(join(folder, 'out')).toString('base64') }));
  } else if (asked.do === 'unwrap') {
    writeFileSync(join(folder, 'in'), Buffer.from(asked.wrapped, 'base64'));
    token('--decrypt', '--id', id, '--mechanism', 'RSA-PKCS-OAEP', '--hash-algorithm', 'SHA-1', '--input-file', 'in', '--output-file', 'out');
    process.stdout.write(JSON.stringify({ secret: readFileSync(join(folder, 'out')).toString('base64') }));
  } else {
    if (hasKey()) for (const type of ['privkey', 'pubkey']) token('--delete-object', '--type', type, '--id', id);
    process.stdout.write(JSON.stringify({ destroyed: true }));
  }
} finally {
  rmSync(folder, { recursive: true });
}
