import { groupTags } from '../../log/who/tagged.ts';
import { routes } from '../accounts/routes.ts';
import type { BesideCatalog } from './asked-query.ts';
import { jsonAnswer } from './headers.ts';
import { type AskedInside, type House, mayGo } from './house.ts';

/** Tags that can be chosen from, the most frequent first: nobody reads a longer list. */
const mostTags = 1_000;

/** What the questions of somebody may ask beside the catalog. Whose role does not show them notes finds nothing by tags of reviewers. */
export function besideCatalog(house: House, asked: AskedInside): BesideCatalog {
  return {
    faulty: house.faulty,
    tagged: async (words) => (mayGo(asked, routes.detail) ? await house.tags.recordingsWith(words, asked.signal) : []),
  };
}

/** The tags of reviewers that some recording has which who asks may know of. */
export async function tagsAnswer(house: House, asked: AskedInside): Promise<Response> {
  const { within } = asked.session.account;
  const tags: string[] = [];
  for (const { text, recordings } of groupTags(await house.tags.all(asked.signal))) {
    if (tags.length === mostTags || asked.signal.aborted) break;
    if (text !== null && (within === null || (await house.finder.reachesAny(recordings, within)))) tags.push(text);
  }
  return jsonAnswer({ tags });
}
