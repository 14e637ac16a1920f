import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { root } from '../cli/rig.ts';

/** True if the pictures in docs/ are to be made again. */
const takesPictures = process.env.LONGPLAY_SCREENSHOTS === '1';

/** Saves a picture of a page, or of a part of it, in the picture folder of a section of docs/, if pictures are requested. */
export async function picture(name: string, of: Page | Locator, section: 'how-to' | 'tutorial' = 'how-to'): Promise<void> {
  if (takesPictures) await of.screenshot({ path: join(root, 'docs', section, 'images', `${name}.png`) });
}
