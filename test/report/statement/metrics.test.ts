import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type MetricFamily, metricsText } from '../../../src/core/base/metric-text.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import { runMetrics, statementMetrics } from '../../../src/report/statement/metrics.ts';

/** Parses the text exposition format 0.0.4 strictly by its documentation: HELP, then TYPE, then all samples of the name together, each set of labels once. @throws if a line is anything else */
function parseMetrics(text: string): Map<string, Map<string, number>> {
  const families = new Map<string, Map<string, number>>();
  let [helped, current] = ['', ''];
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/.exec(line);
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*)\} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/.exec(
        line,
      );
    if (help?.[1] !== undefined && !families.has(help[1])) helped = help[1];
    else if (type?.[1] !== undefined && type[1] === helped && !families.has(helped)) {
      current = helped;
      families.set(current, new Map());
    } else if (sample !== null && sample[1] === current && families.get(current)?.has(sample[2] ?? '') === false)
      families.get(current)?.set(sample[2] ?? '', Number(sample[3]));
    else throw new Error(`no line of the format: ${line}`);
  }
  return families;
}

const begin = Date.UTC(2026, 0, 1);
const nowMs = begin + 10 * 24 * 3_600_000;

function metricsOf(archive: string): MetricFamily[] {
  const accounting = createLogAccount(nowMs);
  const run = { run: 'x', replica: null };
  const entries = [
    ['replica-added', { replica: 'ta"pe\\\n', path: '/tape', medium: 'tape', everyMs: null }],
    ['bag-landed', { bag: '2020/a', recordings: 3 }],
    ['verification-started', { ...run, scope: 'all' }],
    ['bag-verified', { ...run, bag: '2020/a', verdict: 'ok', faults: '', played: 'none', bytes: 9 }],
    ['verification-finished', { ...run, complete: true, bags: 1, recordings: 3, errors: 0 }],
  ] as const;
  for (const [at, [type, detail]] of entries.entries()) accounting.add({ seq: at + 1, time: new Date(begin).toISOString(), type, detail });
  const log = { size: entries.length, root: 'r', findings: [], key: null };
  const ended = { command: 'verify', exitCode: 4, startedAt: '2026-01-11T00:00:00.000Z', endedAt: '2026-01-11T00:01:30.000Z' };
  return [
    ...runMetrics(archive, ended),
    ...statementMetrics({ archive, account: accounting.account(), log, writtenAt: new Date(nowMs).toISOString() }),
  ];
}

test('metrics are valid for Prometheus, for any name of a replica, and agree with the log', () => {
  const families = parseMetrics(metricsText(metricsOf('id')));
  const value = (name: string, labels: string): number | undefined => families.get(`longplay_${name}`)?.get(labels);
  const tape = 'archive="id",replica="ta\\"pe\\\\\\n"';
  expect([...families.keys()].filter((name) => !/^longplay_[a-z_]+$/.test(name))).toEqual([]);
  expect(value('run_exit_code', 'archive="id",command="verify"')).toBe(4);
  expect(value('run_duration_seconds', 'archive="id",command="verify"')).toBe(90);
  expect(value('bags', 'archive="id"')).toBe(1);
  expect(value('recordings', 'archive="id"')).toBe(3);
  expect(value('last_success_timestamp_seconds', 'archive="id",replica="primary"')).toBe(begin / 1_000);
  expect(value('last_success_timestamp_seconds', tape)).toBe(0);
  expect(value('oldest_unread_age_seconds', 'archive="id",replica="primary"')).toBe(10 * 86_400);
  expect(value('bags_well', 'archive="id",replica="primary"')).toBe(1);
  expect(value('bags_unread', tape)).toBe(1);
  // Unmeasured values are omitted, and are not zero.
  expect(families.get('longplay_last_run_faults')?.has(tape)).toBe(false);
});

test('the parser of these tests refuses what the format does not allow', () => {
  const good = '# HELP a b\n# TYPE a gauge\na{} 1\n';
  expect(parseMetrics(good).get('a')?.get('')).toBe(1);
  for (const bad of ['a{} 1\n', '# TYPE a gauge\na{} 1\n', `${good}a{} 2\n`, good.replace('{}', '{x="\n"}'), `${good}${good}`])
    expect(() => parseMetrics(bad)).toThrow();
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;

test.runIf(promtool)('promtool finds nothing to object to', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: metricsText(metricsOf('id')), encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
