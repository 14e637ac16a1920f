import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { hasChromium, openPage, startChromium } from './chromium.ts';
import { picture } from './picture.ts';

// Runs the tutorial as printed: its commands in order, their output, and its pictures (LONGPLAY_SCREENSHOTS=1 makes them again).
const page = readFileSync(join(root, 'docs/tutorial/first-migration.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const commands = blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith('longplay ')));

let rig: Rig;
let printed = '';
const ends: (readonly [command: string, code: number | null])[] = [];

beforeAll(async () => {
  rig = createRig();
  symlinkSync(join(root, 'samples'), rig.path('samples'));
  for (const command of commands) {
    const { code, stdout, stderr } = await rig.run(command.split(' ').slice(1), { env: { LONGPLAY_KEYRING: rig.path('keyring') } });
    ends.push([command, code]);
    printed += stdout + stderr;
  }
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

test('every command of the tutorial exits with 0, in the order of the page', () => {
  expect(commands.length).toBeGreaterThan(7);
  expect(ends).toEqual(commands.map((command) => [command, 0]));
});

test('the tutorial shows the output of the program', () => {
  const output = blocks('text');
  expect(output).not.toEqual([]);
  for (const block of output) expect(printed).toContain(block);
});

test.skipIf(!hasChromium)('the pages that the tutorial opens show the calls of the sample', async () => {
  const browser = await startChromium();
  try {
    const size = { width: 1100, height: 620 } as const;
    const report = await openPage(browser, pathToFileURL(rig.path('report/report.html')).href, size);
    expect(await report.page.locator('body').innerText()).toContain('row-without-audio');
    await picture('report', report.page, 'tutorial');
    const address = pathToFileURL(rig.path('open-archive/viewer/index.html')).href;
    const list = await openPage(browser, address, size);
    await list.page.locator('.count').filter({ hasText: '6' }).waitFor();
    await picture('viewer-list', list.page, 'tutorial');
    await list.page.getByText('46701740605').first().click();
    await list.page.locator('.callhead').waitFor();
    await list.page.getByText('pbx1-1761438596.0').first().waitFor();
    await picture('viewer-call', list.page, 'tutorial');
    expect([...report.troubles, ...list.troubles]).toEqual([]);
  } finally {
    await browser.close();
  }
});
