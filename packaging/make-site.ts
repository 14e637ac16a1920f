import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotBuild } from './build.ts';
import { makeSite } from './site.ts';

// `npm run site`: builds the documentation into site/. Built to dist/packaging/make-site.js.
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const work = mkdtempSync(join(tmpdir(), 'longplay-site-'));
try {
  makeSite(root, join(root, 'site'), work);
  process.stderr.write('made site/: open site/index.html\n');
} catch (error) {
  if (!(error instanceof CannotBuild)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 5;
} finally {
  rmSync(work, { recursive: true, force: true });
}
