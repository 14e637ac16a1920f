#!/usr/bin/env node
// A key command for tests that keeps its keys in the folder of LONGPLAY_TEST_STORE.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const file = join(process.env.LONGPLAY_TEST_STORE, asked.key);
if (asked.do === 'wrap') {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', readFileSync(file), nonce);
  const wrapped = Buffer.concat([nonce, cipher.update(Buffer.from(asked.secret, 'base64')), cipher.final(), cipher.getAuthTag()]);
  process.stdout.write(JSON.stringify({ wrapped: wrapped.toString('base64') }));
} else if (asked.do === 'unwrap') {
  const stored = Buffer.from(asked.wrapped, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', readFileSync(file), stored.subarray(0, 12)).setAuthTag(stored.subarray(-16));
  const secret = Buffer.concat([decipher.update(stored.subarray(12, -16)), decipher.final()]);
  process.stdout.write(JSON.stringify({ secret: secret.toString('base64') }));
} else {
  rmSync(file, { force: true });
  process.stdout.write(JSON.stringify({ destroyed: true }));
}
