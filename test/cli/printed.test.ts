import { expect, test } from 'vitest';
import { createJsonReporter } from '../../src/cli/report/reporter-json.ts';
import { createTextReporter } from '../../src/cli/report/reporter-text.ts';
import { printableText } from '../../src/core/words/printable.ts';
import { createRig } from './rig.ts';

const hostile = '\u001b[2J\u009b2J\u202e';
const seen = '\\u001b[2J\\u009b2J\\u202e';

test('the text of an argument, an option, a command or a variable is printed without control sequences', async () => {
  await using rig = createRig();
  for (const args of [
    [hostile],
    ['list', rig.folder, '--as', hostile],
    ['list', rig.folder, `--${hostile}`],
    ['list', `${rig.folder}/${hostile}`],
    ['explain', hostile],
  ]) {
    const { code, stdout, stderr } = await rig.run(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(seen);
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  const { stderr } = await rig.run(['explain', 'A190'], { env: { [`LONGPLAY_${hostile}`]: '1' } });
  expect(stderr).toContain(`LONGPLAY_${seen}`);
  expect(stderr).not.toContain('\u001b');
});

test('both reporters escape control sequences in every event and text', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WritableStream; // all that the reporters use of it
  const options = { out: stream, err: stream, quiet: false, verbose: false, live: false, now: () => 0, cores: () => ({ busyMs: 0, wholeMs: 0 }) };
  const text = createTextReporter({ ...options, color: { err: true, out: false } });
  text.event({ type: 'notice', message: hostile });
  text.text(`${hostile}\nsecond\tline`);
  text.failed(new Error(hostile));
  expect(written.join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202e]|\u001b\[2J/);
  expect(written[1]).toBe(`${seen}\nsecond\tline\n`);
  written.length = 0;
  createJsonReporter({ ...options, color: { err: false, out: false } }).event({ type: 'notice', message: hostile });
  expect(written).toEqual([`{"type":"notice","message":"${seen}"}\n`]);
  expect(JSON.parse(written[0] ?? '')).toEqual({ type: 'notice', message: hostile });
});

test('colours stay if there are any, and are escaped if there are none', () => {
  expect(printableText('\u001b[31merror\u001b[39m \u001b[8mhidden', true)).toBe('\u001b[31merror\u001b[39m \\u001b[8mhidden');
  expect(printableText('\u001b[1m\u001b[30;40mhidden\u001b[22m\u001b[40m', true)).toBe('\u001b[1m\\u001b[30;40mhidden\u001b[22m\\u001b[40m');
  expect(printableText('\u001b[31merror', false)).toBe('\\u001b[31merror');
});
