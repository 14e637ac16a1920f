import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import type { NewEntry } from '../../../src/log/entries/log-entry.ts';
import { createRefusalLog } from '../../../src/serve/accounts/refusal-log.ts';
import { createAuditLog } from '../../../src/serve/archive/audit-log.ts';
import { anyType } from '../../log/any-type.ts';

const entry = (type: string): NewEntry => ({ type: anyType(type), detail: {} });
const limits = { waiting: 10, patienceMs: 50, together: 250 };

describe('the audit log of a server', () => {
  test('writes entries that arrive during a write with the next signature, and answers only afterwards', async () => {
    const batches: number[] = [];
    let release: () => void = () => undefined;
    const auditLog = createAuditLog(
      {
        appendAll: async (entries) => {
          batches.push(entries.length);
          await new Promise<void>((resolve) => (release = resolve));
        },
      },
      { ...limits, waiting: 1_000, patienceMs: 60_000 },
    );
    let answered = 0;
    const all = Array.from({ length: 200 }, (_, at) =>
      auditLog.enter(entry(String(at))).then((refusal) => (refusal === null ? answered++ : undefined)),
    );
    await sleep(5);
    expect(answered).toBe(0);
    release();
    await sleep(5);
    expect(answered).toBe(1);
    release();
    await Promise.all(all);
    expect(batches).toEqual([1, 199]);
  });

  test('gives each waiting request the reason of a failure, and continues with the next', async () => {
    let full = true;
    const auditLog = createAuditLog(
      {
        appendAll: async () => {
          if (full) throw new LongplayError('incomplete', 'A107', 'no space', 'make room');
        },
      },
      limits,
    );
    expect(await Promise.all([auditLog.enter(entry('a')), auditLog.enter(entry('b'))])).toEqual(['A107 no space', 'A107 no space']);
    full = false;
    expect(await auditLog.enter(entry('c'))).toBeNull();
  });

  test('limits waiting, writes nothing for clients that left, and accepts only as many entries as fit', async () => {
    const types: string[] = [];
    let release: () => void = () => undefined;
    const auditLog = createAuditLog(
      {
        appendAll: async (entries) => {
          types.push(...entries.map(({ type }) => type));
          if (types.length === 1) await new Promise<void>((resolve) => (release = resolve));
        },
      },
      limits,
    );
    const stuck = auditLog.enter(entry('stuck'));
    const gone = auditLog.enter(entry('gone'));
    expect(await gone).toMatch(/within 50 ms/);
    expect(await stuck).toMatch(/within 50 ms/);
    // One of the ten places belongs to a client that left.
    const more = Array.from({ length: 12 }, (_, at) => auditLog.enter(entry(`late ${at}`)));
    expect(await more.at(-1)).toBe('10 entries wait for the log');
    await Promise.all(more);
    release();
    await auditLog.close();
    expect(types).toEqual(['stuck']);
    expect(await auditLog.enter(entry('after'))).toBe('the server is stopping');
  });
});

describe('the log of refusals', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('records a day of excessive requests in a few dozen entries, and every request in their numbers', async () => {
    vi.useFakeTimers();
    const entries: NewEntry[] = [];
    const log = createRefusalLog(
      async (one) => {
        entries.push(one);
        return null;
      },
      () => Date.now(),
    );
    for (let second = 0; second < 86_400; second++) {
      log.note({ why: 'path', actor: null, address: second % 2 === 0 ? `192.0.2.${second % 200}` : null });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const anna = { user: 'anna', host: 'calls' };
    log.note({ why: 'outside-role', actor: anna, address: null, recording: 'id' });
    await log.close();
    const floods = entries.filter(({ detail }) => detail.why === 'path');
    expect(floods.length).toBeLessThan(40);
    expect(floods.reduce((sum, { detail }) => sum + Number(detail.times), 0)).toBe(86_400);
    expect(entries[0]).toEqual({ type: 'request-refused', actor: null, detail: { why: 'path', times: 1 }, details: { addresses: ['192.0.2.0'] } });
    // Each of a flood from everywhere names twenty.
    expect(Math.max(...floods.map(({ details }) => (details?.addresses as readonly string[] | undefined)?.length ?? 0))).toBe(20);
    expect(entries).toContainEqual({ type: 'request-refused', actor: anna, detail: { why: 'outside-role', times: 1, recording: 'id' }, details: {} });
    expect(log.counts).toEqual({ path: 86_400, 'outside-role': 1 });
  });

  test('keeps counting what could not be logged', async () => {
    const entries: NewEntry[] = [];
    let full = true;
    const log = createRefusalLog(
      async (one) => {
        if (full) return 'no space';
        entries.push(one);
        return null;
      },
      () => 0,
    );
    log.note({ why: 'host', actor: null, address: null });
    await sleep(1);
    log.note({ why: 'host', actor: null, address: null });
    full = false;
    await log.close();
    expect(entries.map(({ detail }) => detail.times)).toEqual([2]);
  });
});
