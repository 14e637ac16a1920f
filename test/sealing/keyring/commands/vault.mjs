#!/usr/bin/env node
// A key command for the transit engine of Vault, at VAULT_ADDR with VAULT_TOKEN.
import { readFileSync } from 'node:fs';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const call = async (method, path, body) => {
  const response = await fetch(`${process.env.VAULT_ADDR}/v1/transit/${path}`, {
    method,
    headers: { 'x-vault-token': process.env.VAULT_TOKEN },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 404 && method !== 'GET') return null;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.status === 204 ? {} : (await response.json()).data;
};
if (asked.do === 'wrap') {
  await call('POST', `keys/${asked.key}`, {});
  const { ciphertext } = await call('POST', `encrypt/${asked.key}`, { plaintext: asked.secret });
  process.stdout.write(JSON.stringify({ wrapped: ciphertext }));
} else if (asked.do === 'unwrap') {
  const { plaintext } = await call('POST', `decrypt/${asked.key}`, { ciphertext: asked.wrapped });
  process.stdout.write(JSON.stringify({ secret: plaintext }));
} else {
  await call('POST', `keys/${asked.key}/config`, { deletion_allowed: true });
  await call('DELETE', `keys/${asked.key}`);
  process.stdout.write(JSON.stringify({ destroyed: true }));
}
