import { groupTags } from '../../log/who/tag-index.ts';
import { routes } from '../accounts/routes.ts';
import { jsonAnswer } from './headers.ts';
import type { BesideCatalog } from './requested-query.ts';
import { mayUse, type ServerContext, type SignedInRequest } from './server-context.ts';

/** Largest number of tags in the list. The most frequent ones are listed, because nobody reads a longer list. */
const mostTags = 1_000;

/** Returns the facts beside the catalog that queries of a user may use. A role that may not see notes finds nothing by reviewers' tags. */
export function besideCatalog(context: ServerContext, request: SignedInRequest): BesideCatalog {
  return {
    faulty: context.faulty,
    tagged: async (words) => (mayUse(request, routes.detail) ? await context.tags.recordingsWith(words, request.signal) : []),
  };
}

/** Lists the reviewers' tags of recordings that the user may know of. */
export async function tagsAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { within } = request.session.account;
  const tags: string[] = [];
  for (const { text, recordings } of groupTags(await context.tags.all(request.signal))) {
    if (tags.length === mostTags || request.signal.aborted) break;
    if (text !== null && (within === null || (await context.finder.reachesAny(recordings, within)))) tags.push(text);
  }
  return jsonAnswer({ tags });
}
