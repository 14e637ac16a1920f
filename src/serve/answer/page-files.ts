import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { home } from '../../core/base/home.ts';
import { pageHtml, pagePolicy } from '../../viewer/files/page-html.ts';
import type { PageFiles } from './server-context.ts';

/** Reads the page's files from the build, even if longplay runs from its TypeScript sources (in tests). */
export function readPageFiles(): PageFiles {
  const folder = new URL('dist/page/', home);
  const read = (name: string): string => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
  return { html: pageHtml('http'), policy: pagePolicy('http'), script: read('page.js'), style: read('page.css') };
}
