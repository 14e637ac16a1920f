import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pageHtml, pagePolicy } from '../viewer/page-html.ts';
import type { PageFiles } from './house.ts';

/** The page's own files, from the build; from the TypeScript sources (tests) that is the build's as well. */
export function readPageFiles(): PageFiles {
  const here = import.meta.url;
  const folder = new URL(here.endsWith('.ts') ? '../../dist/src/page/' : '../page/', here);
  const read = (name: string): string => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
  return { html: pageHtml('http'), policy: pagePolicy('http'), script: read('page.js'), style: read('page.css') };
}
