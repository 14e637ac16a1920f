import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Rig } from './rig.ts';

/** Registers an approver. @param key file of the new key */
export async function approver(rig: Rig, archive: string, key = 'approver.pem'): Promise<void> {
  expect((await rig.run(['erase', 'make-key', key])).code).toBe(0);
  expect((await rig.run(['erase', 'add-approver', archive, key, '--name', 'anna'])).code).toBe(0);
}

/** Requests and approves an erasure, to be executed at once. @param which ids or options of the request @returns its id */
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

/** Returns files below a folder that have one of these words, in UTF-8 or Latin-1, in their bytes or names. */
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
