import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { home, homeOf } from '../../../src/core/base/home.ts';

test('the folder of the program is found from its sources and from any place in a build', () => {
  expect(existsSync(new URL('package.json', home))).toBe(true);
  for (const place of ['src/core/base/home.ts', 'dist/bin/longplay.js', 'dist/lib/worker.js', 'dist/test/modules/src/archive/lock.js']) {
    expect(homeOf(`file:///srv/dist/longplay/${place}`).href).toBe('file:///srv/dist/longplay/');
  }
  expect(() => homeOf('file:///srv/longplay/lib/worker.js')).toThrow(/neither in the sources nor in a build/);
});
