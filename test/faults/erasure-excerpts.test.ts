import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, approver, holding } from '../cli/erasure-rig.ts';
import { createSealedRig, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { sound, url } from '../cli/vcon-parts.ts';
import { type Copies, copiesOf } from './copies.ts';
import { buildTrap } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();
const body = (dialog: number, text: string) => ({
  type: 'transcript',
  dialog,
  vendor: 'x',
  mediatype: 'text/plain',
  encoding: 'base64url',
  body: url(text),
});
const traces = ['+15550101', url('a crimson kite')];

describe.skipIf(typeof trap === 'string').each(['open', 'sealed'] as const)(
  'an erasure of one recording of a vCon, in an archive that is %s',
  (kind) => {
    let rig: SealedRig;
    let copies: Copies;
    let neighbour: string;
    let calls: number;

    beforeAll(async () => {
      rig = await createSealedRig();
      if (typeof trap === 'string') throw new Error(trap);
      copies = copiesOf(rig, trap);
      process.env.LONGPLAY_KEYRING = rig.keyring;
      mkdirSync(rig.path('source'));
      const vcon = {
        vcon: '0.4.0',
        uuid: '019f15a6-0000-8000-8000-0000000000d1',
        created_at: '2026-05-04T10:00:00Z',
        parties: [{ tel: 'tel:+15550101' }, { tel: 'tel:+15550102' }, { tel: 'tel:+15550103' }],
        dialog: [sound('2026-05-04T08:00:00Z', [0, 1], 440), sound('2026-05-04T09:00:00Z', [2, 1], 660)],
        analysis: [body(0, 'a crimson kite'), body(1, 'a violet harbour')],
      };
      writeFileSync(rig.path('source/day.vcon'), JSON.stringify(vcon));
      expect((await rig.sealed('import', 'source', '--into', 'before', '-j', '1', `--${kind}`)).code).toBe(0);
      await approver(rig, 'before');
      const { lines } = await rig.json(['list', 'before']);
      const [gone, other] = ['#0', '#1'].map((suffix) =>
        lines.flatMap(({ of, value }) => {
          const one = value as { key?: string; recordingId?: string } | undefined; // as it is listed
          return of === 'recording' && one?.key?.endsWith(suffix) === true ? [one.recordingId ?? ''] : [];
        }),
      );
      neighbour = other?.[0] ?? '';
      await approved(rig, 'before', gone ?? []);
      delete process.env.LONGPLAY_KEYRING;
      const whole = await copies.trapped(copies.copy('before', 'whole'), ['erase', 'run', 'whole']);
      expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('1 recording keeps an excerpt')]);
      calls = whole.calls;
    });
    afterAll(async () => {
      delete process.env.LONGPLAY_KEYRING;
      await rig?.[Symbol.asyncDispose]();
      if (typeof trap !== 'string' && kind === 'sealed') trap[Symbol.dispose]();
    });

    async function* complaints(name: string, where: string): AsyncGenerator<string> {
      const looked = await copies.run(name, ['verify', name]);
      if (looked.code !== 0) yield `${where}: verify ended with ${looked.code}: ${looked.stdout}${looked.stderr}`;
      const next = await copies.run(name, ['erase', 'run', name]);
      if (next.code !== 0) yield `${where}: the next run ended with ${next.code}: ${next.stdout}${next.stderr}`;
      const status = await copies.run(name, ['erase', 'status', name, '--json']);
      if (!status.stdout.includes('"state":"executed"')) yield `${where}: it is not executed: ${status.stdout}`;
      const left = kind === 'open' ? holding(rig.path(name, 'bags'), traces) : [];
      if (left.length > 0) yield `${where}: still there: ${left.join(', ')}`;
      const found = await copies.run(name, ['subject', name, 'a violet harbour', '--json']);
      if (!found.stdout.includes(neighbour)) yield `${where}: the neighbour's text is not found: ${found.stdout}${found.stderr}`;
      const excerpts = readdirSync(rig.path(name, 'bags'), { recursive: true, encoding: 'utf8' }).filter((path) => /\/excerpt-\d+\.vcon/.test(path));
      if (excerpts.length !== 1) yield `${where}: excerpts: ${excerpts.join(', ')}`;
      // A part of the log that was not finished may be there.
      const aside = existsSync(rig.path(name, 'quarantine'))
        ? readdirSync(rig.path(name, 'quarantine')).filter((each) => !each.endsWith('-log'))
        : [];
      if (aside.length > 0) yield `${where}: in the quarantine: ${aside.join(' ')}`;
      const verified = await copies.run(name, ['verify', name, '--play']);
      if (verified.code !== 0 || /[EVKP]\d\d\d/.test(verified.stdout))
        yield `${where}: verify at last ended with ${verified.code}: ${verified.stdout}`;
    }

    it(
      'that is killed at a call that writes loses nothing of the other one, and is finished by the next run',
      async () => {
        const one = async function* (at: number): AsyncGenerator<string> {
          const name = copies.copy('before', `kill-${at}`);
          await copies.trapped(name, ['erase', 'run', name], { at, act: 'kill' });
          yield* complaints(name, `kill at call ${at}`);
        };
        // Most calls of the first half make and land the excerpt.
        expect(await trials(spread(upTo(calls), 9), one)).toEqual([]);
      },
      patience,
    );
  },
);
