import { groupTags } from '../../log/who/tagged.ts';
import { routes } from '../accounts/routes.ts';
import { jsonAnswer } from './headers.ts';
import type { BesideCatalog } from './requested-query.ts';
import { mayUse, type ServerContext, type SignedInRequest } from './server-context.ts';

/** Tags that can be chosen from, the most frequent first: nobody reads a longer list. */
const mostTags = 1_000;

/** What the questions of somebody may ask beside the catalog. Whose role does not show them notes finds nothing by tags of reviewers. */
export function besideCatalog(context: ServerContext, request: SignedInRequest): BesideCatalog {
  return {
    faulty: context.faulty,
    tagged: async (words) => (mayUse(request, routes.detail) ? await context.tags.recordingsWith(words, request.signal) : []),
  };
}

/** The tags of reviewers that some recording has which who asks may know of. */
export async function tagsAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { within } = request.session.account;
  const tags: string[] = [];
  for (const { text, recordings } of groupTags(await context.tags.all(request.signal))) {
    if (tags.length === mostTags || request.signal.aborted) break;
    if (text !== null && (within === null || (await context.finder.reachesAny(recordings, within)))) tags.push(text);
  }
  return jsonAnswer({ tags });
}
