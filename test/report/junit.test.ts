import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Verdict } from '../../src/core/model/verdict.ts';
import { createJunit, type JunitReport } from '../../src/report/junit.ts';

const run = { name: 'longplay verify a', startedAt: '2026-01-11T00:00:00.000Z', endedAt: '2026-01-11T00:01:30.500Z', failure: null };

function verdict(path: string, message: string, severity: Verdict['severity'] = 'error'): Verdict {
  return { kind: 'verdict', verdict: 'corrupt', code: 'V101', path, message, severity };
}

/** Result of xmllint for a place in the document. */
function xpath(xml: string, expression: string): string {
  const { status, stdout, stderr } = spawnSync('xmllint', ['--nonet', '--xpath', expression, '-'], { input: xml, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd();
}

function fill(junit: JunitReport): void {
  junit.verdict(verdict('log:7', 'an entry was altered'));
  junit.verdict(verdict('bags/2020/gone', 'is not there'));
  junit.verdict(verdict('bags/2020/a/data/x', 'one <&> "two"'));
  junit.verdict(verdict('bags/2020/a', 'three', 'warning'));
  junit.bag('bags/2020/a');
  junit.bag('bags/2020/ab');
  junit.verdict(verdict('README.txt', 'was changed', 'warning'));
  junit.looked('catalog');
}

test('each bag, the log, the catalog and stray files are cases, and failures carry the verdicts', () => {
  const junit = createJunit(null);
  fill(junit);
  const xml = junit.text(run);
  expect(xpath(xml, 'count(//testcase)')).toBe('6');
  expect(xpath(xml, 'string(/testsuites/@tests)')).toBe('6');
  expect(xpath(xml, 'string(//testsuite/@failures)')).toBe('3');
  expect(xpath(xml, 'string(//testsuite/@time)')).toBe('90.5');
  const failed = ['log', 'bags/2020/gone', 'bags/2020/a'];
  for (const name of failed) expect(xpath(xml, `count(//testcase[@name="${name}"]/failure)`)).toBe('1');
  for (const name of ['catalog', 'around', 'bags/2020/ab']) expect(xpath(xml, `count(//testcase[@name="${name}"]/failure)`)).toBe('0');
  expect(xpath(xml, 'string(//testcase[@name="bags/2020/a"]/failure)')).toBe(
    'corrupt V101 bags/2020/a/data/x: one <&> "two"\nwarning: corrupt V101 bags/2020/a: three',
  );
  expect(xpath(xml, 'string(//testcase[@name="around"]/system-out)')).toContain('README.txt: was changed');
});

test('a run that failed is an error, not a suite that passed', () => {
  const xml = createJunit(null).text({ ...run, failure: 'archive unreachable' });
  expect(xpath(xml, 'string(//testsuite/@errors)')).toBe('1');
  expect(xpath(xml, 'string(//testcase[@name="run"]/error/@message)')).toBe('archive unreachable');
});

test('unchecked items are skipped, and pass nowhere', () => {
  const passed = (junit: JunitReport): string[] => {
    const xml = junit.text({ ...run, failure: 'stopped' });
    const names = xpath(xml, '//testcase[not(*)]/@name').split('\n');
    expect(xpath(xml, 'string(//testsuite/@skipped)')).toBe(xpath(xml, 'count(//testcase[skipped])'));
    return names.map((name) => /"(.*)"/.exec(name)?.[1] ?? '');
  };
  const none = createJunit(null);
  expect(xpath(none.text({ ...run, failure: 'stopped' }), 'count(//testcase[not(*)])')).toBe('0');
  expect(xpath(none.text({ ...run, failure: 'stopped' }), 'string(//testsuite/@skipped)')).toBe('3');
  expect(xpath(createJunit('bag').text({ ...run, failure: 'stopped' }), 'count(//testcase[@name="bag"]/skipped)')).toBe('1');
  const begun = createJunit(null);
  begun.looked('log');
  begun.looked('around');
  begun.bag('bags/2020/a');
  expect(passed(begun)).toEqual(['log', 'around', 'bags/2020/a']);
});

test('for any file names the document is valid XML and states as many cases as it has', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 4 }), (names) => {
      const junit = createJunit(names.length % 2 === 0 ? null : `bag\u0001${names[0]}`);
      for (const name of names) {
        junit.verdict(verdict(`bag/${name}`, name));
        junit.bag(`bag\u0001${name}`);
      }
      const xml = junit.text(run);
      expect(xpath(xml, 'number(/testsuites/@tests) = count(//testcase)')).toBe('true');
    }),
    { numRuns: 25 },
  );
});
