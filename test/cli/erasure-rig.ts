import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Rig, root } from './rig.ts';

/** Registers an approver. @param key file of the new key */
export async function approver(rig: Rig, archive: string, key = 'approver.pem'): Promise<void> {
  expect((await rig.run(['erase', 'make-key', key])).code).toBe(0);
  expect((await rig.run(['erase', 'add-approver', archive, key, '--name', 'anna'])).code).toBe(0);
}

/** Requests and approves an erasure for immediate execution. @param which ids or options of the request @returns its id */
export async function approved(rig: Rig, archive: string, which: readonly string[], key = 'approver.pem'): Promise<string> {
  const { code, summary } = await rig.json(['erase', 'request', archive, ...which, '--ground', 'subject-request', '--reason', 'Request 4711']);
  expect(code).toBe(0);
  const request = String(summary.request);
  expect((await rig.run(['erase', 'approve', archive, request, '--key-file', key, '--now', 'urgent'])).code).toBe(0);
  return request;
}

/** Requests, approves and executes an erasure. @returns its id */
export async function erase(rig: Rig, archive: string, which: readonly string[]): Promise<string> {
  const request = await approved(rig, archive, which);
  const run = await rig.run(['erase', 'run', archive]);
  expect([run.code, run.stderr]).toEqual([0, '']);
  return request;
}

/** Opens a case with recordings, and compares it with a list that names them. @param texts numbers that find them @returns its id */
export async function openedCase(rig: Rig, archive: string, texts: readonly string[]): Promise<string> {
  const { summary } = await rig.json(['case', 'new', archive, '--title', 'Deal']);
  const id = String(summary.id);
  for (const text of texts) expect((await rig.run(['case', 'add', archive, id, '--text', text])).code).toBe(0);
  writeFileSync(rig.path('list.csv'), 'start,caller\n2025-10-26 02:29:56,46701740605\n');
  expect((await rig.run(['case', 'compare', archive, id, rig.path('list.csv'), '--zone', 'Europe/Stockholm'])).code).toBeLessThan(4);
  return id;
}

/** Returns files below a folder whose bytes or names contain one of these words, in UTF-8 or Latin-1. */
export function holding(folder: string, words: readonly string[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const bytes = entry.isFile() ? readFileSync(path) : Buffer.alloc(0);
    for (const word of words)
      if (entry.name.includes(word) || bytes.includes(Buffer.from(word, 'utf8')) || bytes.includes(Buffer.from(word, 'latin1')))
        found.push(`${path}: ${word}`);
  }
  return found;
}

/** Checks a certificate with third-party programs only: sha256sum and openssl for its signature, python's hashlib for its log entries, openssl for the approval. */
export async function judgeCertificate(rig: Rig, archive: string, folder: string): Promise<void> {
  const { stdout: pem } = await rig.run(['log', 'public-key', archive, '--pem']);
  writeFileSync(join(folder, 'archive.pem'), pem);
  const signature = [
    "sed '/^$/,$d' certificate.note > text",
    "sed -n '$p' certificate.note | cut -d' ' -f3 | base64 -d | tail -c 64 > signature",
    'openssl pkeyutl -verify -pubin -inkey archive.pem -rawin -in text -sigfile signature',
    '[ "$(sha256sum certificate.json | cut -d" " -f1)" = "$(sed -n 3p text)" ]',
    // The approval: the commands of the documentation.
    `set -e\n${/```\n(jq -r '"longplay erasure approval"[\s\S]*?)```/.exec(readFileSync(join(root, 'docs/how-to/erasure.md'), 'utf8'))?.[1] ?? 'false'}`,
  ].join(' && ');
  expect(await rig.exec('bash', ['-c', signature], folder)).toMatchObject({ code: 0 });
  expect(await rig.exec('python3', ['-c', inclusion, join(folder, 'certificate.json')])).toMatchObject({ code: 0, stderr: '' });
}

/** Follows RFC 9162, section 2.1.3.2, from each entry to the root of the checkpoint. */
const inclusion = `
import base64, hashlib, json, sys
certificate = json.load(open(sys.argv[1]))
origin, size, root = certificate["checkpoint"].split("\\n")[:3]
assert len(certificate["entries"]) >= 5
for one in certificate["entries"]:
    fn, sn = one["index"], int(size) - 1
    r = hashlib.sha256(b"\\0" + one["entry"].encode()).digest()
    for p in map(base64.b64decode, one["hashes"]):
        assert sn > 0
        if fn % 2 or fn == sn:
            r = hashlib.sha256(b"\\1" + p + r).digest()
            while not fn % 2 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            r = hashlib.sha256(b"\\1" + r + p).digest()
        fn, sn = fn // 2, sn // 2
    assert sn == 0 and base64.b64encode(r).decode() == root, one["index"]
`;
