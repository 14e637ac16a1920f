import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkTimers, type Timer } from '../../../src/cli/doctor/timers.ts';
import { parseRunTime } from '../../../src/verify/schedule/run-time.ts';
import { timerFiles } from '../../../src/verify/schedule/timer-units.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nowMs = Date.parse('2026-11-29T12:00:00Z');
const hourMs = 3_600_000;
const cron = { folder: join(folder, 'cron.d'), files: [join(folder, 'crontab')] };
mkdirSync(cron.folder);

function logOf(verifiedMs: number | null) {
  return { newestMs: nowMs - hourMs, verifiedMs, landed: [], isWhole: true };
}

/** `systemctl` and `crontab` with this output. */
function programs(answers: {
  readonly timers?: string;
  readonly services?: string;
  readonly crontab?: string;
  readonly files?: string;
}): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, 'timers'), answers.timers ?? '');
  writeFileSync(join(bin, 'services'), answers.services ?? '');
  writeFileSync(join(bin, 'own'), answers.crontab ?? '');
  writeFileSync(join(bin, 'files'), answers.files ?? '');
  writeFileSync(
    join(bin, 'systemctl'),
    `#!/bin/sh\ncase "$*" in *list-unit-files*) cat ${bin}/files;; *@.timer*) exit 1;; *LastTrigger*) cat ${bin}/timers;; *) cat ${bin}/services;; esac\n`,
    { mode: 0o755 },
  );
  writeFileSync(join(bin, 'crontab'), `#!/bin/sh\ncat ${bin}/own\n`, { mode: 0o755 });
  return { PATH: `${bin}:/usr/bin:/bin` };
}

async function look(env: NodeJS.ProcessEnv, verifiedMs: number | null = nowMs - 10 * hourMs, dir = '/srv/archive') {
  const { findings, facts } = await checkTimers(dir, logOf(verifiedMs), { nowMs, env }, cron);
  return { codes: findings.map(({ code }) => code), messages: findings.map(({ message }) => message), timers: facts.timers as Timer[] };
}

// As systemd 257 of Debian 13 prints it, with TZ=UTC.
const timers = (active = 'active', last = 'Sun 2026-11-29 02:00:17 UTC') =>
  `Unit=longplay-verify-archive.service\nLastTriggerUSec=${last}\nId=longplay-verify-archive.timer\nActiveState=${active}\n\nUnit=logrotate.service\nLastTriggerUSec=\nId=logrotate.timer\nActiveState=active\n`;
const services = (result = 'success', status = 0, path = '/srv/archive') =>
  `Result=${result}\nExecMainStatus=${status}\nExecStart={ path=/usr/bin/node ; argv[]=/usr/bin/node /opt/longplay/dist/bin/longplay.js verify ${path} --every 90d --quiet ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }\nId=longplay-verify-archive.service\n\nResult=success\nExecMainStatus=0\nExecStart={ path=/usr/sbin/logrotate ; argv[]=/usr/sbin/logrotate /etc/logrotate.conf ; ignore_errors=no }\nId=logrotate.service\n`;

test('a running systemd timer is found by the command of its service, with the time of its last run', async () => {
  const found = await look(programs({ timers: timers(), services: services() }));
  expect(found.codes).toEqual([]);
  expect(found.timers).toEqual([
    {
      runs: 'verify',
      where: 'longplay-verify-archive.timer',
      active: true,
      lastRunMs: Date.parse('2026-11-29T02:00:17Z'),
      result: 'success',
      exitStatus: 0,
      idle: null,
    },
  ]);
});

test("a timer that is an instance of a package's template is found, although systemctl shows nothing for the template's name", async () => {
  const instance = 'longplay-verify@srv-archive';
  const files = 'longplay-verify@.timer disabled enabled\nlongplay-watch@.timer disabled enabled\n';
  const renamed = (text: string): string => text.replaceAll('longplay-verify-archive', instance);
  const found = await look(programs({ files, timers: renamed(timers()), services: renamed(services()) }));
  expect(found.codes).toEqual([]);
  expect(found.timers.map(({ runs, where }) => [runs, where])).toEqual([['verify', `${instance}.timer`]]);
});

test('a timer of another archive does not count, even if its name begins alike', async () => {
  const found = await look(programs({ timers: timers(), services: services('success', 0, '/srv/archive2') }), null);
  expect([found.timers, found.codes]).toEqual([[], ['P332']]);
});

test('a timer that is not started is reported with the command that starts it', async () => {
  const found = await look(programs({ timers: timers('inactive', ''), services: services() }));
  expect(found.codes).toEqual(['P333']);
  expect(found.messages[0]).toContain('systemctl enable --now longplay-verify-archive.timer');
});

test('the failure of the last run is reported with its exit status', async () => {
  const found = await look(programs({ timers: timers(), services: services('exit-code', 4) }));
  expect(found.codes).toEqual(['P335']);
  expect(found.messages[0]).toContain('exit status 4');
});

test('a timer whose runs never finish is reported', async () => {
  expect((await look(programs({ timers: timers(), services: services() }), nowMs - 20 * 24 * hourMs)).codes).toEqual(['P334']);
});

test.each(['/srv/archive', '/srv/my calls', "/srv/it's 100 %"])(
  'the crontab that schedule writes for %s is found; one with a dot in its name is not relied on',
  async (dir) => {
    const plan = {
      name: 'calls',
      program: ['/usr/bin/node', '/opt/longplay/dist/bin/longplay.js'],
      archive: dir,
      keys: '/home/longplay/keys',
      environment: {},
      user: 'longplay',
      demands: [],
      options: ['--every', '90d'],
      at: parseRunTime('daily 02:00'),
      onFailure: null,
    };
    const text = timerFiles(plan).find(({ name }) => name.endsWith('-cron'))?.text ?? '';
    const file = join(cron.folder, 'longplay-calls');
    writeFileSync(file, text);
    const found = await look(programs({}), undefined, dir);
    expect(found.timers.map(({ runs, idle }) => [runs, idle])).toEqual([
      ['verify', null],
      ['watch', null],
    ]);
    rmSync(file);
    writeFileSync(`${file}.cron`, text);
    expect((await look(programs({}), undefined, dir)).codes).toEqual(['P333', 'P333']);
    rmSync(`${file}.cron`);
  },
);

test("a line of the user's crontab counts, a comment does not", async () => {
  const line = '0 2 * * * longplay verify /srv/archive --quiet\n';
  expect((await look(programs({ crontab: line }))).timers).toHaveLength(1);
  expect((await look(programs({ crontab: `# ${line}` }))).timers).toEqual([]);
});

const analyses = spawnSync('systemd-analyze', ['--version']).status === 0;

test.skipIf(!analyses)('the times that systemd prints are parsed', () => {
  const { stdout } = spawnSync('systemd-analyze', ['timestamp', '2026-11-29 02:00:17 UTC'], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  expect(stdout).toMatch(/^Normalized form: Sun 2026-11-29 02:00:17 UTC$/m);
});
