import { appendFileSync, copyFileSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pendingCaseName } from '../../../src/archive/documents/case-json.ts';
import { createRig, root } from '../rig.ts';

test('messages placed by a killed run before the log entry are a warning, and the next change removes them; other files in their place are an error', async () => {
  await using rig = createRig();
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
  const id = String((await rig.json(['case', 'new', archive, '--title', 'Deal'])).summary.id);
  for (const name of ['a', 'b'])
    writeFileSync(rig.path(`${name}.eml`), `From: anna@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\n${name}\r\n`);
  cpSync(archive, rig.path('before'), { recursive: true, preserveTimestamps: true });
  expect((await rig.run(['case', 'messages', archive, id, rig.path('a.eml')])).code).toBe(0);
  // State left by a run that is killed when only the log entry is missing: the archive as it was, the pending change, and the messages.
  rig.forget();
  renameSync(archive, rig.path('after'));
  renameSync(rig.path('before'), archive);
  const [folder, done] = [join(archive, 'cases', id), rig.path('after', 'cases', id)];
  copyFileSync(join(done, 'case.json'), join(folder, pendingCaseName));
  cpSync(join(done, 'messages'), join(folder, 'messages'), { recursive: true });
  const toldBy = async (): Promise<unknown> => {
    const { code, lines } = await rig.json(['verify', archive]);
    return [code, lines.filter((line) => JSON.stringify(line).includes('"C124"')).map(({ severity }) => severity)];
  };
  expect(await toldBy()).toEqual([0, ['warning']]);

  const [first = ''] = readdirSync(join(folder, 'messages/1'));
  const bytes = readFileSync(join(folder, 'messages/1', first));
  appendFileSync(join(folder, 'messages/1', first), 'x');
  expect(await toldBy()).toEqual([4, expect.arrayContaining(['error'])]);
  writeFileSync(join(folder, 'messages/1', first), bytes);

  rmSync(rig.path('after'), { recursive: true });
  expect((await rig.run(['case', 'messages', archive, id, rig.path('b.eml')])).code).toBe(0);
  expect(existsSync(join(folder, pendingCaseName))).toBe(false);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
  expect((await rig.run(['case', 'messages', archive, id, rig.path('a.eml')])).code).toBe(0);
  expect(readdirSync(join(folder, 'messages')).sort()).toEqual(['1', '2']);
  expect((await rig.json(['verify', archive])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
});
