import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { root } from '../cli/rig.ts';

/** True where the pictures in docs/ are to be made anew. */
const takesPictures = process.env.LONGPLAY_SCREENSHOTS === '1';

/** Leaves a picture of a page, or of a part of it, in docs/, where pictures are asked for. */
export async function picture(name: string, of: Page | Locator): Promise<void> {
  if (takesPictures) await of.screenshot({ path: join(root, 'docs', `${name}.png`) });
}
