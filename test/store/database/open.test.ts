import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/database/database.ts';
import { heldNow } from '../../cli/left-behind.ts';

test('a file that is not a database is refused, and not left open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-open-'));
  const file = join(folder, 'catalog.sqlite');
  writeFileSync(file, 'no database at all, though there once was one'.repeat(100));
  expect(() => openDatabase(file, 'derived')).toThrow(expect.objectContaining({ code: 'A190' }));
  expect(heldNow().files.has(file)).toBe(false);
  rmSync(folder, { recursive: true });
});
