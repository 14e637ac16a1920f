import { formats } from '../../formats/index.ts';
import { createMediaJudge } from '../../src/media/identify/media-judge.ts';

/** The media judge that commands pass. */
export const media = createMediaJudge(formats);
